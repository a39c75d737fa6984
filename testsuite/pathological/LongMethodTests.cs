using Mono.Cecil;
using Mono.Cecil.Cil;
using static DlAot.Tests.Pathological.HostileAssembly;

namespace DlAot.Tests.Pathological;

/// <summary>Much code: the compiler ends soon, whether it compiles the method or says why not.</summary>
[Collection(Alone.Name)]
public sealed class LongMethodTests
{
    private const int Many = 10_000;

    [Fact]
    public void TensorOperationsOneAfterTheOther()
    {
        using HostileAssembly hostile = Of(b =>
        {
            b.Il.Emit(OpCodes.Ldarg_1);
            for (int i = 0; i < Many; i++)
            {
                b.Il.Emit(OpCodes.Callvirt, b.Relu);
            }

            b.Il.Emit(OpCodes.Ret);
        });
        hostile.Compile();
        hostile.AssertRunsAlike();
    }

    [Fact]
    public void SumsThatGrow()
    {
        // x = x + x; y = x + y; ...: every value is used again.
        using HostileAssembly hostile = Of(b =>
        {
            VariableDefinition y = b.Local(b.Method.ReturnType);
            b.Il.Emit(OpCodes.Ldarg_1);
            b.Il.Emit(OpCodes.Stloc, y);
            for (int i = 0; i < Many / 5; i++)
            {
                b.Il.Emit(OpCodes.Ldarg_1);
                b.Il.Emit(OpCodes.Callvirt, b.Relu);
                b.Il.Emit(OpCodes.Ldloc, y);
                b.Il.Emit(OpCodes.Call, b.Add);
                b.Il.Emit(OpCodes.Stloc, y);
            }

            b.Il.Emit(OpCodes.Ldloc, y);
            b.Il.Emit(OpCodes.Ret);
        });
        hostile.Compile();
        hostile.AssertRunsAlike();
    }

    [Theory]
    [InlineData("add", 3)]
    [InlineData("mul", 3)]
    [InlineData("xor", 3)]
    [InlineData("div", 2)]
    [InlineData("rem", 7)]
    public void IntegerArithmetic(string operation, int operand)
    {
        OpCode code = operation switch { "add" => OpCodes.Add, "mul" => OpCodes.Mul, "xor" => OpCodes.Xor, "div" => OpCodes.Div, _ => OpCodes.Rem };
        using HostileAssembly hostile = Of(b =>
        {
            VariableDefinition n = b.Local(b.Module.TypeSystem.Int64);
            b.Il.Emit(OpCodes.Ldc_I8, 5L);
            for (int i = 0; i < Many / 2; i++)
            {
                b.Il.Emit(OpCodes.Ldc_I8, (long)operand);
                b.Il.Emit(code);
            }

            b.Il.Emit(OpCodes.Stloc, n);
            b.Return();
        });
        hostile.CompileEither("DLAOT2003"); // numbers that leave 64 bits are nothing to compile for
        hostile.AssertRunsAlike();
    }

    [Theory]
    [InlineData("add")]
    [InlineData("mul")]
    [InlineData("mod")]
    public void ArithmeticOnSizes(string operation)
    {
        // n = n op (x.size(0) + i), and in the end a condition on it.
        using HostileAssembly hostile = Of(b =>
        {
            VariableDefinition n = b.Local(b.Module.TypeSystem.Int64);
            Instruction done = b.Label();
            b.Il.Emit(OpCodes.Ldc_I8, 1L);
            b.Il.Emit(OpCodes.Stloc, n);
            for (int i = 0; i < Many / 8; i++)
            {
                b.Il.Emit(OpCodes.Ldloc, n);
                b.Il.Emit(OpCodes.Ldarg_1);
                b.Il.Emit(OpCodes.Ldc_I4_0);
                b.Il.Emit(OpCodes.Callvirt, b.Size);
                b.Il.Emit(OpCodes.Ldc_I8, (long)i + 2);
                b.Il.Emit(OpCodes.Add);
                b.Il.Emit(operation switch { "add" => OpCodes.Add, "mul" => OpCodes.Mul, _ => i % 2 == 0 ? OpCodes.Mul : OpCodes.Rem });
                b.Il.Emit(OpCodes.Stloc, n);
            }

            b.Il.Emit(OpCodes.Ldloc, n);
            b.Il.Emit(OpCodes.Ldc_I8, 1L);
            b.Il.Emit(OpCodes.Bgt, done);
            b.Return();
            b.Il.Append(done);
            b.Return();
        });
        hostile.CompileEither("DLAOT2011", "DLAOT2003", "DLAOT2012");
        hostile.AssertRunsAlike();
    }

    [Fact]
    public void ManyLocals()
    {
        using HostileAssembly hostile = Of(b =>
        {
            for (int i = 0; i < 65_000; i++)
            {
                b.Local(b.Method.ReturnType);
            }

            b.Il.Emit(OpCodes.Ldarg_1);
            b.Il.Emit(OpCodes.Stloc, b.Method.Body.Variables[64_999]);
            b.Il.Emit(OpCodes.Ldloc, b.Method.Body.Variables[64_999]);
            b.Il.Emit(OpCodes.Callvirt, b.Relu);
            b.Il.Emit(OpCodes.Ret);
        });
        hostile.Compile();
        hostile.AssertRunsAlike();
    }

    [Fact]
    public void ASwitchWithManyTargets()
    {
        using HostileAssembly hostile = Of(b =>
        {
            Instruction[] targets = [.. Enumerable.Range(0, Many).Select(_ => b.Label())];
            b.Il.Emit(OpCodes.Ldarg_0);
            b.Il.Emit(OpCodes.Ldfld, b.Field("n"));
            b.Il.Emit(OpCodes.Switch, targets);
            b.Return();
            foreach (Instruction target in targets)
            {
                b.Il.Append(target);
                b.Return();
            }
        });
        hostile.Compile();
        hostile.AssertRunsAlike();
    }

    [Theory]
    [InlineData("for (int i = 0; i < 100_000; i++) x = x + 1; return x;", "DLAOT2012")]
    [InlineData("for (long i = 0; i < long.MaxValue; i++) x = x + 1; return x;", "DLAOT2012")]
    [InlineData("for (int i = 0; i < 100_000; i++) { var y = x.exp(); if (i == 99_999) x = y; } return x;", "DLAOT2012")]
    [InlineData("long k = 0; for (int i = 0; i < 100_000; i++) for (int j = 0; j < 100_000; j++) k += j; return x.exp();", "DLAOT2012")]
    [InlineData("var l = new List<Tensor>(); while (true) l.Add(x);", "DLAOT2012")]
    [InlineData("var s = \"a\"; for (int i = 0; i < 60; i++) s += s; return x.exp() + s.Length;", "DLAOT2012 DLAOT2001 DLAOT2003")]
    [InlineData("var l = new List<Tensor> { x }; for (int i = 0; i < 40; i++) l.AddRange(l.ToArray()); return cat(l);", "DLAOT2012 DLAOT2001")]
    [InlineData("var a = new int[900_000]; for (int i = 0; i < 100; i++) a = (int[])a.Clone(); return x.exp();", "DLAOT2012 DLAOT2001")]
    [InlineData("foreach (var i in Enumerable.Range(0, 1_000_000_000)) x = x + i; return x;", "DLAOT2012 DLAOT2001")]
    [InlineData("for (int i = 0; i < 3000; i++) x = x.matmul(x) * 0.1; return x;", "DLAOT2023")]
    public void HugeUnrolling(string body, string codes)
    {
        using HostileAssembly hostile = Of(Snippet(body));
        hostile.CompileEither(codes.Split(' '));
    }

    [Theory]
    [InlineData("for (int i = 0; i < 100_000; i++) layers.Add(Linear(1, 1));", "foreach (var l in layers) x = l.call(x); return x;")]
    [InlineData("while (n < 1_000_000_000) n++;", "return x.exp() * n;")]
    [InlineData("for (int i = 0; ; i++) if (i * i == 1_000_000_006) break;", "return x.exp();")]
    [InlineData("layers.Add(new ModuleList<Linear>(Enumerable.Range(0, 1_000_000).Select(i => Linear(1, 1)).ToArray())[0]);", "return x.exp();")]
    public void HugeConstructors(string constructor, string body)
    {
        using HostileAssembly hostile = Of($$"""
            public class Net : Module<Tensor, Tensor> { private readonly ModuleList<Linear> layers = new(); private int n;
            public Net() : base("n") { {{constructor}} } public override Tensor forward(Tensor x) { {{body}} } }
            """);
        hostile.CompileEither("DLAOT2012", "DLAOT2011", "DLAOT2002", "DLAOT2001");
    }

    private static string Snippet(string body) => $$"""public class Net : Module<Tensor, Tensor> { public Net() : base("n") { } public override Tensor forward(Tensor x) { {{body}} } }""";
}

/// <summary>Tests that measure processor time run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class Alone
{
    public const string Name = "alone";
}
