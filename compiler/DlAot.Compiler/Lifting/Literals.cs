using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting;

/// <summary>What a method's own code says of values that nobody knows.</summary>
internal static class Literals
{
    /// <summary>Constant strings that the method compares strings with, in order.</summary>
    public static IEnumerable<string> ComparedIn(MethodDefinition method) => method.HasBody
        ? method.Body.Instructions.Where(i => i.OpCode.Code == Code.Ldstr && i.Next?.Operand is MethodReference { DeclaringType.FullName: "System.String", Name: "op_Equality" or "op_Inequality" or "Equals" }).Select(i => (string)i.Operand).Distinct()
        : [];
}
