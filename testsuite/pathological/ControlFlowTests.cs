using Mono.Cecil;
using Mono.Cecil.Cil;
using static DlAot.Tests.Pathological.HostileAssembly;

namespace DlAot.Tests.Pathological;

/// <summary>Control flow that no compiler of C# makes, and recursion of every kind.</summary>
[Collection(Alone.Name)]
public sealed class ControlFlowTests
{
    [Fact]
    public void AnIrreducibleLoop()
    {
        // if (b) goto middle; top: x = relu(x); middle: n++; if (n < 10) goto top;
        using HostileAssembly hostile = Of(b =>
        {
            VariableDefinition n = b.Local(b.Module.TypeSystem.Int32);
            Instruction top = b.Label(), middle = b.Label();
            b.Il.Emit(OpCodes.Ldarg_0);
            b.Il.Emit(OpCodes.Ldfld, b.Field("b"));
            b.Il.Emit(OpCodes.Brtrue, middle);
            b.Il.Append(top);
            b.Il.Emit(OpCodes.Ldarg_1);
            b.Il.Emit(OpCodes.Callvirt, b.Relu);
            b.Il.Emit(OpCodes.Starg, b.Method.Parameters[0]);
            b.Il.Append(middle);
            b.Il.Emit(OpCodes.Ldloc, n);
            b.Il.Emit(OpCodes.Ldc_I4_1);
            b.Il.Emit(OpCodes.Add);
            b.Il.Emit(OpCodes.Dup);
            b.Il.Emit(OpCodes.Stloc, n);
            b.Il.Emit(OpCodes.Ldc_I4, 10);
            b.Il.Emit(OpCodes.Blt, top);
            b.Return();
        });
        hostile.Compile();
        hostile.AssertRunsAlike();
    }

    [Fact]
    public void AnIrreducibleLoopThatNothingBounds()
    {
        // Two loops with two entries each, on a field that nobody knows: top: if (n > 5) goto middle; ... middle: if (n > 2) goto top;
        using HostileAssembly hostile = Of(b =>
        {
            Instruction top = b.Label(), middle = b.Label(), end = b.Label();
            b.Il.Append(top);
            b.Il.Emit(OpCodes.Ldarg_1);
            b.Il.Emit(OpCodes.Callvirt, b.Relu);
            b.Il.Emit(OpCodes.Starg, b.Method.Parameters[0]);
            b.Il.Emit(OpCodes.Ldarg_0);
            b.Il.Emit(OpCodes.Ldfld, b.Field("b"));
            b.Il.Emit(OpCodes.Brfalse, end);
            b.Il.Append(middle);
            b.Il.Emit(OpCodes.Ldarg_0);
            b.Il.Emit(OpCodes.Ldfld, b.Field("b"));
            b.Il.Emit(OpCodes.Brtrue, top);
            b.Il.Emit(OpCodes.Br, middle);
            b.Il.Append(end);
            b.Return();
        });
        hostile.CompileEither("DLAOT2012");
        hostile.AssertRunsAlike();
    }

    [Theory]
    [InlineData(2000)]
    public void DeepBranches(int depth)
    {
        // if (x.size(0) > i) { if (x.size(0) > i + 1) ... }
        using HostileAssembly hostile = Of(b =>
        {
            Instruction end = b.Label();
            for (int i = 0; i < depth; i++)
            {
                b.Il.Emit(OpCodes.Ldarg_1);
                b.Il.Emit(OpCodes.Ldc_I4_0);
                b.Il.Emit(OpCodes.Callvirt, b.Size);
                b.Il.Emit(OpCodes.Ldc_I8, (long)i);
                b.Il.Emit(OpCodes.Ble, end);
                b.Il.Emit(OpCodes.Ldarg_1);
                b.Il.Emit(OpCodes.Callvirt, b.Relu);
                b.Il.Emit(OpCodes.Starg, b.Method.Parameters[0]);
            }

            b.Il.Append(end);
            b.Return();
        });
        hostile.CompileEither("DLAOT2011", "DLAOT2012");
        hostile.AssertRunsAlike();
    }

    [Fact]
    public void ManyBranchesThatNobodyKnows()
    {
        // 60 conditions on values of tensors: 2^60 ways.
        string body = string.Concat(Enumerable.Range(0, 60).Select(i => $"if (x.sum().item<float>() > {i}) x = x * {i + 1}; else x = x - {i + 1};"));
        using HostileAssembly hostile = Of(Net($"{body} return x;"));
        hostile.CompileEither("DLAOT2011", "DLAOT2012", "DLAOT2006");
        hostile.AssertRunsAlike();
    }

    [Theory]
    [InlineData(300)]
    public void DeepTryBlocks(int depth)
    {
        using HostileAssembly hostile = Of(b =>
        {
            Instruction[] starts = [.. Enumerable.Range(0, depth).Select(_ => b.Label())];
            Instruction end = b.Label();
            foreach (Instruction start in starts)
            {
                b.Il.Append(start);
            }

            b.Il.Emit(OpCodes.Ldarg_1);
            b.Il.Emit(OpCodes.Callvirt, b.Relu);
            b.Il.Emit(OpCodes.Starg, b.Method.Parameters[0]);
            b.Il.Emit(OpCodes.Leave, end);
            foreach (Instruction start in starts.Reverse())
            {
                Instruction handler = b.Label(), after = b.Label();
                b.Il.Append(handler);
                b.Il.Emit(OpCodes.Endfinally);
                b.Il.Append(after);
                b.Il.Emit(OpCodes.Leave, end);
                b.Method.Body.ExceptionHandlers.Add(new ExceptionHandler(ExceptionHandlerType.Finally) { TryStart = start, TryEnd = handler, HandlerStart = handler, HandlerEnd = after });
            }

            b.Il.Append(end);
            b.Return();
        });
        hostile.Compile();
        hostile.AssertRunsAlike();
    }

    [Fact]
    public void FiltersAndFaults()
    {
        foreach (ExceptionHandlerType type in new[] { ExceptionHandlerType.Filter, ExceptionHandlerType.Fault, ExceptionHandlerType.Catch })
        {
            using HostileAssembly hostile = Of(b =>
            {
                Instruction start = b.Label(), filter = b.Label(), handler = b.Label(), end = b.Label();
                b.Il.Append(start);
                b.Il.Emit(OpCodes.Ldarg_1);
                b.Il.Emit(OpCodes.Callvirt, b.Relu);
                b.Il.Emit(OpCodes.Starg, b.Method.Parameters[0]);
                b.Il.Emit(OpCodes.Leave, end);
                if (type == ExceptionHandlerType.Filter)
                {
                    b.Il.Append(filter);
                    b.Il.Emit(OpCodes.Pop);
                    b.Il.Emit(OpCodes.Ldc_I4_1);
                    b.Il.Emit(OpCodes.Endfilter);
                }

                b.Il.Append(handler);
                if (type == ExceptionHandlerType.Fault)
                {
                    b.Il.Emit(OpCodes.Endfinally);
                }
                else
                {
                    b.Il.Emit(OpCodes.Pop);
                    b.Il.Emit(OpCodes.Leave, end);
                }

                b.Il.Append(end);
                b.Return();
                b.Method.Body.ExceptionHandlers.Add(new ExceptionHandler(type)
                {
                    TryStart = start, TryEnd = type == ExceptionHandlerType.Filter ? filter : handler, FilterStart = type == ExceptionHandlerType.Filter ? filter : null, HandlerStart = handler, HandlerEnd = end,
                    CatchType = type == ExceptionHandlerType.Catch ? b.Module.ImportReference(typeof(Exception)) : null,
                });
            });
            hostile.CompileEither("DLAOT2003", "DLAOT2001", "DLAOT2022");
        }
    }

    [Theory]
    [InlineData("public Net next = null!; public static Net Pair() { var a = new Net(); var b = new Net(); a.next = b; b.next = a; return a; }", "next == null ? x.exp() : next.forward(x)")]
    [InlineData("public Net? next; public void Close() => next = this;", "next!.forward(x)")]
    [InlineData("public readonly List<Net> all = new(); public void Close() => all.Add(this);", "all.Aggregate(x, (y, n) => n.forward(y)).exp()")]
    [InlineData("", "forward(x)")]
    [InlineData("", "First(x)", "Tensor First(Tensor x) => Second(x.relu()); Tensor Second(Tensor x) => First(x.exp());")]
    [InlineData("", "Down(x, 50)", "Tensor Down(Tensor x, int n) => n == 0 ? x : Up(x.relu(), n - 1); Tensor Up(Tensor x, int n) => n == 0 ? x : Down(x + 1, n - 1);")]
    [InlineData("", "Deep(x, 100_000)", "static Tensor Deep(Tensor x, int n) => n == 0 ? x : Deep(x + 1, n - 1);")]
    [InlineData("", "Twice(x, 60)", "static Tensor Twice(Tensor x, int n) => n == 0 ? x : Twice(x, n - 1) + Twice(x, n - 1);")]
    [InlineData("", "Grow<int>(x)", "static Tensor Grow<T>(Tensor x) => Grow<List<T>>(x.relu());")]
    [InlineData("", "Box<int>.Run(x, 3)", "class Box<T> { public static Tensor Run(Tensor x, int n) => Box<Box<T>>.Run(x + 1, n + 1); }")]
    [InlineData("", "Fun(x)", "Func<Tensor, Tensor>? fun; Tensor Fun(Tensor x) { fun = y => fun!(y.relu()); return fun(x); }")]
    public void Recursion(string fields, string result, string more = "")
    {
        using HostileAssembly hostile = Of($$"""
            public class Net : Module<Tensor, Tensor> { {{fields}} public Net() : base("n") { } public override Tensor forward(Tensor x) => {{result}}; {{more}} }
            """);
        hostile.CompileEither("DLAOT2008", "DLAOT2012", "DLAOT2002", "DLAOT2001", "DLAOT2011", "DLAOT2014", "DLAOT2004");
    }

    [Fact]
    public void ModulesThatContainEachOther()
    {
        using HostileAssembly hostile = Of("""
            public class Net : Module<Tensor, Tensor> { public readonly Other other; public Net() : base("n") { other = new Other(this); } public override Tensor forward(Tensor x) => other.call(x).exp(); }
            public class Other : Module<Tensor, Tensor> { private readonly Net net; public Other(Net net) : base("o") { this.net = net; } public override Tensor forward(Tensor x) => net.call(x).relu(); }
            """);
        hostile.Compile("DLAOT2008");
    }

    [Fact]
    public void ModulesThatMakeEachOther()
    {
        using HostileAssembly hostile = Of("""
            public class Net : Module<Tensor, Tensor> { private readonly Other other; public Net() : base("n") { other = new Other(); } public override Tensor forward(Tensor x) => other.call(x).exp(); }
            public class Other : Module<Tensor, Tensor> { private readonly Net net; public Other() : base("o") { net = new Net(); } public override Tensor forward(Tensor x) => net.call(x).relu(); }
            """);
        hostile.CompileEither("DLAOT2008", "DLAOT2002", "DLAOT2001");
    }

    [Fact]
    public void AGenericClassThatMakesItselfOfItself()
    {
        using HostileAssembly hostile = Of("""
            public class Node<T> : Module<Tensor, Tensor> { private readonly Module<Tensor, Tensor> next; public Node() : base("n") { next = new Node<Node<T>>(); } public override Tensor forward(Tensor x) => next.call(x); }
            public class Net : Module<Tensor, Tensor> { private readonly Node<int> node = new(); public Net() : base("n") { } public override Tensor forward(Tensor x) => node.call(x).exp(); }
            """);
        hostile.CompileEither("DLAOT2008", "DLAOT2002", "DLAOT2001", "DLAOT2012");
    }

    private static string Net(string body) => $$"""public class Net : Module<Tensor, Tensor> { public Net() : base("n") { } public override Tensor forward(Tensor x) { {{body}} } }""";
}
