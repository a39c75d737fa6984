using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>Calls that may be why a part is refused where no instruction is known to be: what they do shows only at its end.</summary>
internal static class Suspects
{
    /// <summary>A number that the host reads cannot leave a part; the tensor can.</summary>
    public static bool ReadsHost(MethodReference m, World world) => Worth.ReadsHost(m);

    /// <summary>A method of the user's for its effects alone: it may store what cannot be stored.</summary>
    public static bool IsStatement(MethodReference m, World world) => m is { ReturnType.MetadataType: MetadataType.Void, Name: not ".ctor" } && world.IsUsers(world.Resolve(m)?.Module);

    /// <summary>A mode or scope that is opened in a part and closed elsewhere.</summary>
    public static bool OpensOrCloses(MethodReference m, World world) => IsScope(m.ReturnType) || (m.Name == "Dispose" && IsScope(m.DeclaringType));

    /// <summary>The calls of one kind in a range.</summary>
    public static Instruction[] In(WorkingBody body, CodeRange range, Func<MethodReference, World, bool> isSuspect, World world) =>
        [.. body.Code.Skip(range.Start).Take(range.Length).Where(i => i.OpCode.Code is Code.Call or Code.Callvirt && isSuspect((MethodReference)i.Operand, world))];

    private static bool IsScope(TypeReference type) => type.FullName is "System.IDisposable" or "TorchSharp.DisposeScope";
}
