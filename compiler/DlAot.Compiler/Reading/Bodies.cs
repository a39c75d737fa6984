using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Reading;

/// <summary>Bodies as they are read from metadata that nobody has verified.</summary>
public static class Bodies
{
    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<MethodDefinition, object> Known = [];
    private static readonly object Good = new(), Bad = new();

    /// <summary>The method has instructions, and they can be read.</summary>
    public static bool HasCode(this MethodDefinition method) => method.HasBody && Known.GetValue(method, m => CanRead(m) ? Good : Bad) == Good;

    /// <summary>The instructions; none where they cannot be read.</summary>
    public static IEnumerable<Instruction> Code(this MethodDefinition method) => method.HasCode() ? method.Body.Instructions : [];

    private static bool CanRead(MethodDefinition method)
    {
        try
        {
            return method.Body.Instructions.Count > 0 && method.Body.Variables.Count >= 0;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return false; // Cecil meets damage with whatever exception it leads to
        }
    }
}
