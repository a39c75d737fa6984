using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>Splits a method without lifting anything: all that can be a part becomes one, and the program must do what it did before.</summary>
public static class Division
{
    /// <param name="isBoundary">Instructions, with their indices, that stay in the method.</param>
    /// <returns>How many parts it has now; its body is changed.</returns>
    public static int Divide(World world, MethodDefinition method, Func<Instruction, int, bool> isBoundary)
    {
        var fixedFields = new FixedFields(world);
        var body = new WorkingBody(method);
        var excluded = new HashSet<Instruction>(body.Code.Where((i, k) => isBoundary(i, k) || (i.OpCode.Code == Code.Ret && method.ReturnType.MetadataType == MetadataType.Void)));
        excluded.UnionWith(Cuts.StoresForHandlers(body, fixedFields.IsFixed));
        foreach (Instruction boundary in excluded)
        {
            Cuts.Around(body, boundary, fixedFields.IsFixed);
        }

        int parts = 0;
        while (true)
        {
            var stack = new StackTypes(body, fixedFields.IsFixed);
            if (new RangeFinder(body, stack).Find(excluded, new HashSet<Instruction>()).FirstOrDefault() is not { } range)
            {
                break;
            }

            if (PartMethod.TryMake(body, new Liveness(body, stack.Constructed), range, $"<{method.Name}>__part{parts}") is { } part)
            {
                parts++;
                excluded.UnionWith(Residual.Call(body, part));
            }
            else
            {
                excluded.UnionWith(body.Code.Skip(range.Start).Take(range.Length));
            }
        }

        Residual.Commit(body);
        return parts;
    }
}
