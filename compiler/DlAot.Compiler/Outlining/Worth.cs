using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>Whether a range holds enough tensor computation to pay for the checks of a part of its own.</summary>
internal static class Worth
{
    /// <summary>Tensor operations that a part must have.</summary>
    public const int Least = 2;

    // Reads of tensors' values, which end in a number (TensorExtensionMethods.cs of TorchSharp).
    private static readonly HashSet<string> HostReads = new(StringComparer.Ordinal) { "item", "ToSingle", "ToDouble", "ToInt32", "ToInt64", "ToInt16", "ToByte", "ToSByte", "ToBoolean", "op_Explicit" };

    /// <summary>Calls that give tensors; those of modules and of the user's methods count double.</summary>
    public static int Estimate(WorkingBody body, CodeRange range, World world)
    {
        int operations = 0;
        for (int k = range.Start; k < range.End; k++)
        {
            if (body.Code[k].Operand is MethodReference m && body.Code[k].OpCode.Code is Code.Call or Code.Callvirt && GivesTensor(m))
            {
                operations += m.Name is "forward" or "call" || !World.IsTorchSharp(m.DeclaringType) ? 2 : 1;
            }
        }

        return operations;
    }

    /// <summary>Calls in code that make tensors of tensors.</summary>
    public static int Calls(IEnumerable<Instruction> code) => code.Count(i => i.OpCode.Code is Code.Call or Code.Callvirt && i.Operand is MethodReference m && GivesTensor(m)
        && ((m.HasThis && World.IsTensor(m.DeclaringType)) || m.Name is "forward" or "call" || m.Parameters.Any(p => MentionsTensor(p.ParameterType))));

    /// <summary>The call reads the value of a tensor.</summary>
    public static bool ReadsHost(MethodReference m) => HostReads.Contains(m.Name) && World.IsTorchSharp(m.DeclaringType) && (m.ReturnType.IsPrimitive || m is GenericInstanceMethod);

    /// <summary>
    /// It has operations that kernels do: one kernel for two operations is faster than two calls of the library even for four numbers
    /// (measured: 1.3 us against 3.3 us), calls that stay calls are not.
    /// </summary>
    public static bool Pays(LiftedVersion version) => version.Graph.Nodes.Count(n => n.Op != Op.Extern && n.Op.Family is not (OpFamily.View or OpFamily.Creation)) >= Least;

    private static bool GivesTensor(MethodReference m) =>
        MentionsTensor(m.ReturnType) || (m.DeclaringType is GenericInstanceType g && m.ReturnType is GenericParameter { Type: GenericParameterType.Type } p && p.Position < g.GenericArguments.Count && MentionsTensor(g.GenericArguments[p.Position]));

    /// <summary>A tensor, or a tuple, array or other generic type of tensors.</summary>
    public static bool MentionsTensor(TypeReference type) => World.IsTensor(type) || (type is GenericInstanceType g && g.GenericArguments.Any(MentionsTensor)) || (type is ArrayType a && MentionsTensor(a.ElementType));
}
