using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>Debug information of a part: the lines and the names of locals that its code had in the host.</summary>
internal static class PartSymbols
{
    public static void Write(WorkingBody body, PartMethod part, Instruction[] code, Dictionary<Instruction, Instruction> copies, Dictionary<object, object> slots)
    {
        MethodDebugInformation debug = part.Method.DebugInformation;
        if (!body.Points.ContainsKey(code[0]) && body.PointAt(part.Range.Start) is { } begun)
        {
            debug.SequencePoints.Add(At(copies[code[0]], begun)); // in the middle of a statement
        }

        foreach (Instruction i in code)
        {
            if (body.Points.TryGetValue(i, out SequencePoint? p))
            {
                debug.SequencePoints.Add(At(copies[i], p));
            }
        }

        int offset = 0;
        foreach (Instruction i in part.Method.Body.Instructions)
        {
            i.Offset = offset;
            offset += i.GetSize();
        }

        if (debug.SequencePoints.Count > 0)
        {
            debug.Scope = new ScopeDebugInformation(part.Method.Body.Instructions[0], null);
            foreach ((object from, object to) in slots)
            {
                if (from is VariableDefinition old && to is VariableDefinition own && body.Host.DebugInformation.TryGetName(old, out string name))
                {
                    debug.Scope.Variables.Add(new VariableDebugInformation(own, name));
                }
            }
        }
    }

    /// <summary>The same source line at another instruction.</summary>
    public static SequencePoint At(Instruction i, SequencePoint p) => new(i, p.Document)
    {
        StartLine = p.StartLine,
        StartColumn = p.StartColumn,
        EndLine = p.EndLine,
        EndColumn = p.EndColumn,
    };
}
