using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace DlAot.Compiler.Outlining;

/// <summary>What is left of a method: calls of its parts in their places, and all else as it was.</summary>
internal static class Residual
{
    /// <summary>Puts a call of the part where its range is: <c>(a, b) = part(x, y);</c></summary>
    /// <returns>The call's instructions.</returns>
    public static IReadOnlyList<Instruction> Call(WorkingBody body, PartMethod part)
    {
        CodeRange range = part.Range;
        MethodDefinition host = body.Host;
        var code = new List<Instruction>();
        if (part.Method.HasThis)
        {
            code.Add(Instruction.Create(OpCodes.Ldarg, host.Body.ThisParameter));
        }

        code.AddRange(part.Inputs.Select(Load));
        code.Add(Instruction.Create(OpCodes.Call, part.Method));
        if (range.Returns)
        {
            code.Add(Instruction.Create(OpCodes.Ret));
        }
        else if (part.Tuple is { } tuple)
        {
            var all = new VariableDefinition(tuple.Type);
            body.Temporaries.Add(all);
            code.Add(Instruction.Create(OpCodes.Stloc, all));
            for (int i = 0; i < part.Results.Count; i++)
            {
                code.Add(Instruction.Create(OpCodes.Ldloc, all));
                code.Add(Instruction.Create(OpCodes.Ldfld, tuple.Item(i + 1)));
                code.Add(Store(part.Results[i]));
            }
        }
        else
        {
            code.Add(part.Results.Count == 0 ? Instruction.Create(OpCodes.Pop) : Store(part.Results[0]));
        }

        Instruction first = body.Code[range.Start];
        SequencePoint? line = body.PointAt(range.Start) ?? body.Code.Skip(range.Start).Take(range.Length).Select(i => body.Points.GetValueOrDefault(i)).FirstOrDefault(p => p is { IsHidden: false });
        SequencePoint? last = body.PointAt(range.End - 1); // a statement that goes on after it
        HashSet<Instruction> moved = [.. body.Code.Skip(range.Start).Take(range.Length)];
        body.Handlers.RemoveAll(h => moved.Contains(h.TryStart) && moved.Contains(h.HandlerStart));
        foreach (Instruction i in moved)
        {
            body.Points.Remove(i);
        }

        body.Replace(range.Start, range.Length, code, first);
        if (line is not null)
        {
            body.Points[code[0]] = line;
        }

        if (last is not null && body.Code.ElementAtOrDefault(range.Start + code.Count) is { } after)
        {
            body.Points.TryAdd(after, last);
        }

        return code;
    }

    /// <summary>Makes the body that of its method.</summary>
    public static void Commit(WorkingBody body)
    {
        MethodDefinition host = body.Host;
        MethodBody to = host.Body;
        MethodDebugInformation debug = host.DebugInformation;
        Map(body, debug.Scope);
        to.ExceptionHandlers.Clear();
        to.Instructions.Clear();
        foreach (VariableDefinition local in body.Temporaries)
        {
            to.Variables.Add(local);
        }

        foreach (Instruction i in body.Code)
        {
            to.Instructions.Add(i);
        }

        foreach (ExceptionHandler h in body.Handlers)
        {
            to.ExceptionHandlers.Add(h);
        }

        debug.SequencePoints.Clear();
        foreach (Instruction i in body.Code)
        {
            if (body.Points.TryGetValue(i, out SequencePoint? p))
            {
                debug.SequencePoints.Add(PartSymbols.At(i, p));
            }
        }

        to.OptimizeMacros();
    }

    // Scopes of locals begin and end where the first instruction that is still there begins.
    private static void Map(WorkingBody body, ScopeDebugInformation? scope)
    {
        if (scope is null)
        {
            return;
        }

        InstructionOffset Moved(InstructionOffset old) => old.IsEndOfMethod || body.Code.FirstOrDefault(i => body.OriginOf(i).Offset >= old.Offset) is not { } at ? default : new InstructionOffset(at);
        (scope.Start, scope.End) = (Moved(scope.Start), Moved(scope.End));
        foreach (ScopeDebugInformation inner in scope.Scopes)
        {
            Map(body, inner);
        }

        foreach (ScopeDebugInformation gone in scope.Scopes.Where(s => s.Start.IsEndOfMethod).ToArray())
        {
            scope.Scopes.Remove(gone); // it has moved to a part
        }
    }

    private static Instruction Load(object slot) => slot is VariableDefinition v ? Instruction.Create(OpCodes.Ldloc, v) : Instruction.Create(OpCodes.Ldarg, (ParameterDefinition)slot);

    private static Instruction Store(object slot) => slot is VariableDefinition v ? Instruction.Create(OpCodes.Stloc, v) : Instruction.Create(OpCodes.Starg, (ParameterDefinition)slot);
}
