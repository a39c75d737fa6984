using Mono.Cecil;
using Mono.Cecil.Cil;
using static DlAot.Tests.Pathological.HostileAssembly;

namespace DlAot.Tests.Pathological;

/// <summary>IL and metadata that no runtime accepts, or that a careless tool left behind: the method stays as it was, the others are compiled.</summary>
[Collection(Alone.Name)]
public sealed class BadCodeTests
{
    // Name, body, codes that may say why it stays.
    private static readonly (string Name, Action<HostileBody> Write)[] Bodies =
    [
        ("NothingOnTheStack", b => { b.Il.Emit(OpCodes.Pop); b.Return(); }),
        ("NothingToReturn", b => b.Il.Emit(OpCodes.Ret)),
        ("NothingToCall", b => { b.Il.Emit(OpCodes.Callvirt, b.Relu); b.Il.Emit(OpCodes.Ret); }),
        ("NothingToDuplicate", b => { b.Il.Emit(OpCodes.Dup); b.Il.Emit(OpCodes.Ret); }),
        ("NothingToStore", b => { b.Il.Emit(OpCodes.Stloc, b.Local(b.Method.ReturnType)); b.Return(); }),
        ("TooMuchOnTheStack", b => { for (int i = 0; i < 70_000; i++) b.Il.Emit(OpCodes.Ldarg_1); b.Il.Emit(OpCodes.Ret); }),
        ("Empty", _ => { }),
        ("PastTheEnd", b => { b.Il.Emit(OpCodes.Ldarg_1); b.Il.Emit(OpCodes.Callvirt, b.Relu); }),
        ("IntoNowhere", b => { Instruction lost = b.Label(); b.Il.Emit(OpCodes.Br, lost); b.Return(); b.Il.Append(lost); b.Method.Body.Instructions.Remove(lost); }),
        ("NumberAsTensor", b => { b.Il.Emit(OpCodes.Ldc_I4_7); b.Il.Emit(OpCodes.Callvirt, b.Relu); b.Il.Emit(OpCodes.Ret); }),
        ("TensorAsNumber", b => { b.Il.Emit(OpCodes.Ldarg_1); b.Il.Emit(OpCodes.Ldc_I4_7); b.Il.Emit(OpCodes.Add); b.Il.Emit(OpCodes.Ret); }),
        ("NumberReturned", b => { b.Il.Emit(OpCodes.Ldc_I4_7); b.Il.Emit(OpCodes.Ret); }),
        ("NumberAsObject", b => { b.Il.Emit(OpCodes.Ldc_I4_7); b.Il.Emit(OpCodes.Ldfld, b.Field("n")); b.Il.Emit(OpCodes.Pop); b.Return(); }),
        ("FieldOfAnother", b => { b.Il.Emit(OpCodes.Ldarg_1); b.Il.Emit(OpCodes.Ldfld, b.Field("n")); b.Il.Emit(OpCodes.Pop); b.Return(); }),
        ("NullEverywhere", b => { b.Il.Emit(OpCodes.Ldnull); b.Il.Emit(OpCodes.Ldfld, b.Field("t")); b.Il.Emit(OpCodes.Ret); }),
        ("ThrowNull", b => { b.Il.Emit(OpCodes.Ldnull); b.Il.Emit(OpCodes.Throw); }),
        ("Rethrow", b => { b.Il.Emit(OpCodes.Rethrow); }),
        ("EndFinally", b => { b.Il.Emit(OpCodes.Endfinally); b.Return(); }),
        ("LeaveNothing", b => { Instruction end = b.Label(); b.Il.Emit(OpCodes.Leave, end); b.Il.Append(end); b.Return(); }),
        ("Jump", b => b.Il.Emit(OpCodes.Jmp, b.Module.GetType("Net").Methods.Single(m => m.Name == "Other"))),
        ("CallI", b => { b.Il.Emit(OpCodes.Ldarg_1); b.Il.Emit(OpCodes.Ldftn, b.Module.GetType("Net").Methods.Single(m => m.Name == "Twice")); b.Il.Emit(OpCodes.Calli, new Mono.Cecil.CallSite(b.Method.ReturnType) { Parameters = { new ParameterDefinition(b.Method.ReturnType) } }); b.Il.Emit(OpCodes.Ret); }),
        ("ArgList", b => { b.Il.Emit(OpCodes.Arglist); b.Il.Emit(OpCodes.Pop); b.Return(); }),
        ("MakeTypedReference", b => { b.Il.Emit(OpCodes.Ldarga, b.Method.Parameters[0]); b.Il.Emit(OpCodes.Mkrefany, b.Method.ReturnType); b.Il.Emit(OpCodes.Pop); b.Return(); }),
        ("CheckFinite", b => { b.Il.Emit(OpCodes.Ldc_R8, double.NaN); b.Il.Emit(OpCodes.Ckfinite); b.Il.Emit(OpCodes.Pop); b.Return(); }),
        ("CopyBlock", b => { b.Il.Emit(OpCodes.Ldnull); b.Il.Emit(OpCodes.Ldnull); b.Il.Emit(OpCodes.Ldc_I4_8); b.Il.Emit(OpCodes.Cpblk); b.Return(); }),
        ("HugeStack", b => { b.Il.Emit(OpCodes.Ldc_I4, int.MaxValue); b.Il.Emit(OpCodes.Localloc); b.Il.Emit(OpCodes.Pop); b.Return(); }),
        ("HugeArray", b => { b.Il.Emit(OpCodes.Ldc_I4, int.MaxValue); b.Il.Emit(OpCodes.Newarr, b.Module.TypeSystem.Int64); b.Il.Emit(OpCodes.Pop); b.Return(); }),
        ("NegativeArray", b => { b.Il.Emit(OpCodes.Ldc_I4_M1); b.Il.Emit(OpCodes.Newarr, b.Module.TypeSystem.Int64); b.Il.Emit(OpCodes.Pop); b.Return(); }),
        ("MissingType", b => { b.Il.Emit(OpCodes.Newobj, new MethodReference(".ctor", b.Module.TypeSystem.Void, Missing(b, "Lost", "Thing")) { HasThis = true }); b.Il.Emit(OpCodes.Pop); b.Return(); }),
        ("MissingMethod", b => { b.Il.Emit(OpCodes.Ldarg_1); b.Il.Emit(OpCodes.Callvirt, new MethodReference("vanished", b.Method.ReturnType, b.Method.ReturnType) { HasThis = true }); b.Il.Emit(OpCodes.Ret); }),
        ("MissingField", b => { b.Il.Emit(OpCodes.Ldarg_0); b.Il.Emit(OpCodes.Ldfld, new FieldReference("vanished", b.Method.ReturnType, b.Method.DeclaringType)); b.Il.Emit(OpCodes.Callvirt, b.Relu); b.Il.Emit(OpCodes.Ret); }),
        ("MissingStatic", b => { b.Il.Emit(OpCodes.Ldsfld, new FieldReference("vanished", b.Method.ReturnType, Missing(b, "Lost", "Thing"))); b.Il.Emit(OpCodes.Callvirt, b.Relu); b.Il.Emit(OpCodes.Ret); }),
        ("MissingBase", b => { b.Il.Emit(OpCodes.Ldarg_1); b.Il.Emit(OpCodes.Castclass, Missing(b, "Lost", "Thing")); b.Il.Emit(OpCodes.Pop); b.Return(); }),
        ("MissingLocal", b => { b.Local(Missing(b, "Lost", "Thing")); b.Local(new GenericInstanceType(Missing(b, "Lost", "Thing`1")) { GenericArguments = { b.Method.ReturnType } }); b.Il.Emit(OpCodes.Ldloc_0); b.Il.Emit(OpCodes.Pop); b.Il.Emit(OpCodes.Ldloc_1); b.Il.Emit(OpCodes.Pop); b.Return(); }),
        ("NoBody", b => { var empty = new MethodDefinition("Nothing", MethodAttributes.Public, b.Module.TypeSystem.Void); b.Method.DeclaringType.Methods.Add(empty); b.Il.Emit(OpCodes.Ldarg_0); b.Il.Emit(OpCodes.Call, empty); b.Return(); }),
        ("Native", b => { var native = new MethodDefinition("Nothing", MethodAttributes.Public | MethodAttributes.Static | MethodAttributes.PInvokeImpl, b.Module.TypeSystem.Void) { ImplAttributes = MethodImplAttributes.PreserveSig, PInvokeInfo = new PInvokeInfo(PInvokeAttributes.CallConvWinapi, "nothing", AddModule(b)) }; b.Method.DeclaringType.Methods.Add(native); b.Il.Emit(OpCodes.Call, native); b.Return(); }),
    ];

    public static TheoryData<string> Names => [.. Bodies.Select(b => b.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void StaysAsItIs(string name)
    {
        using HostileAssembly hostile = Of(Bodies.Single(b => b.Name == name).Write);
        hostile.CompileAnyhow();
    }

    [Fact]
    public void ABranchBeyondTheBody()
    {
        using HostileAssembly hostile = Of(b =>
        {
            b.Il.Emit(OpCodes.Nop); // becomes br.s into nowhere
            b.Il.Emit(OpCodes.Nop);
            b.Il.Emit(OpCodes.Ldstr, "here");
            b.Il.Emit(OpCodes.Pop);
            b.Return();
        });
        byte[] bytes = File.ReadAllBytes(hostile.Input);
        int at = IndexOf(bytes, [0x00, 0x00, 0x72]); // nop nop ldstr
        (bytes[at], bytes[at + 1]) = (0x2b, 0x7f);
        File.WriteAllBytes(hostile.Input, bytes);
        hostile.CompileAnyhow();
    }

    [Fact]
    public void ClassesThatInheritFromEachOther()
    {
        using HostileAssembly hostile = Of("public class Net : Module<Tensor, Tensor> { public Net() : base(\"n\") { } public override Tensor forward(Tensor x) => x.exp(); } public class A { } public class B : A { }");
        hostile.Edit(module => module.GetType("A").BaseType = module.GetType("B"));
        hostile.CompileAnyhow();
    }

    [Fact]
    public void AModuleThatInheritsFromItself()
    {
        using HostileAssembly hostile = Of("public class Net : Module<Tensor, Tensor> { public Net() : base(\"n\") { } public override Tensor forward(Tensor x) => x.exp(); } public class Loop : Module<Tensor, Tensor> { public Loop() : base(\"n\") { } public override Tensor forward(Tensor x) => x.exp(); }");
        hostile.Edit(module => module.GetType("Loop").BaseType = module.GetType("Loop"));
        hostile.CompileAnyhow();
    }

    [Fact]
    public void InterfacesThatInheritFromEachOther()
    {
        using HostileAssembly hostile = Of("public interface I { int N => 3; } public interface J : I { } public class Net : Module<Tensor, Tensor>, J { public Net() : base(\"n\") { } public override Tensor forward(Tensor x) => x.exp() * ((I)this).N; }");
        hostile.Edit(module => module.GetType("I").Interfaces.Add(new InterfaceImplementation(module.GetType("J"))));
        hostile.CompileAnyhow();
    }

    [Fact]
    public void AStructThatContainsItself()
    {
        using HostileAssembly hostile = Of("public struct S { public int N; public object? O; } public class Net : Module<Tensor, Tensor> { private S s; public Net() : base(\"n\") { s.N = 3; } public override Tensor forward(Tensor x) => x.exp() * s.N; }");
        hostile.Edit(module => module.GetType("S").Fields.Single(f => f.Name == "O").FieldType = module.GetType("S"));
        hostile.CompileAnyhow();
    }

    private static int IndexOf(byte[] bytes, byte[] part) => Enumerable.Range(0, bytes.Length - part.Length).First(i => bytes.AsSpan(i, part.Length).SequenceEqual(part));

    private static TypeReference Missing(HostileBody b, string assembly, string name)
    {
        var reference = new AssemblyNameReference(assembly, new Version(1, 0));
        b.Module.AssemblyReferences.Add(reference);
        var type = new TypeReference("Lost", name, b.Module, reference);
        if (name.EndsWith("`1", StringComparison.Ordinal))
        {
            type.GenericParameters.Add(new GenericParameter(type));
        }

        return type;
    }

    private static ModuleReference AddModule(HostileBody b)
    {
        var reference = new ModuleReference("nothing");
        b.Module.ModuleReferences.Add(reference);
        return reference;
    }
}
