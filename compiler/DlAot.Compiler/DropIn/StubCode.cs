using DlAot.Compiler.Lifting;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace DlAot.Compiler.DropIn;

/// <summary>
/// The new body of a user's method:
/// <code>
/// if (Library.Enabled)
/// {
///     c0 = Library.Tie0 ? version0(arguments, out result) : 1;          // where it is made of another assembly's code, too
///     if (c0 == 0) return result;                                       // and so on
///     missed(c0, ...);
/// }
/// return original(arguments);
/// </code>
/// </summary>
internal sealed class StubCode(DropInContext context, LiftedMethod lifted)
{
    private readonly MethodDefinition method = lifted.Method;

    public void Write(IReadOnlyList<VersionOutcome> versions, string originalName, string missedName)
    {
        SequencePoint? firstLine = method.DebugInformation.SequencePoints.FirstOrDefault(p => !p.IsHidden);
        MethodDefinition original = OriginalBody.Move(method, originalName);
        context.MarkGenerated(original);
        MethodDefinition missed = WriteMissed(versions, missedName);
        int at = method.DeclaringType.Methods.IndexOf(original) + 1;
        foreach (MethodDefinition generated in versions.Select(v => v.Method).Append(missed))
        {
            method.DeclaringType.Methods.Insert(at++, generated);
        }

        TypeSystem basic = context.Types.Module.TypeSystem;
        var il = new Il(method.Body);
        method.Body.InitLocals = true;
        VariableDefinition result = il.Local(method.ReturnType);
        VariableDefinition[] codes = [.. versions.Select(_ => il.Local(basic.Int64))];
        Instruction runOriginal = Il.Label(), done = Il.Label();
        il.Field(OpCodes.Ldsfld, context.Library.Enabled);
        il.Jump(OpCodes.Brfalse, runOriginal);
        foreach ((VersionOutcome version, VariableDefinition code) in versions.Zip(codes))
        {
            Instruction next = Il.Label();
            for (int i = 0; i < version.Ties.Length; i++)
            {
                il.Long(i + 1);
                il.Store(code);
                il.Field(OpCodes.Ldsfld, context.Library.Tie(version.Ties[i]));
                il.Jump(OpCodes.Brfalse, next);
            }

            PushArguments(il);
            il.LoadAddress(result);
            il.Call(version.Method);
            il.Store(code);
            il.Load(code);
            il.Jump(OpCodes.Brfalse, done);
            il.Mark(next);
        }

        foreach (VariableDefinition code in codes)
        {
            il.Load(code);
        }

        il.Call(missed);
        il.Mark(runOriginal);
        PushArguments(il);
        il.Call(original);
        il.Return();
        il.Mark(done);
        il.Load(result);
        il.Return();
        foreach (MethodDefinition generated in versions.Select(v => v.Method).Append(missed).Append(method))
        {
            generated.Body.OptimizeMacros();
        }

        if (firstLine is not null)
        {
            method.DebugInformation.SequencePoints.Add(new SequencePoint(method.Body.Instructions[0], firstLine.Document)
            {
                StartLine = firstLine.StartLine,
                StartColumn = firstLine.StartColumn,
                EndLine = firstLine.EndLine,
                EndColumn = firstLine.EndColumn,
            });
        }
    }

    private void PushArguments(Il il)
    {
        if (method.HasThis)
        {
            il.LoadThis();
        }

        foreach (ParameterDefinition p in method.Parameters)
        {
            il.Load(p);
        }
    }

    // void missed(long c0, ...): reports the version that got farthest.
    private MethodDefinition WriteMissed(IReadOnlyList<VersionOutcome> versions, string name)
    {
        TypeSystem basic = context.Types.Module.TypeSystem;
        var missed = new MethodDefinition(name, MethodAttributes.Private | MethodAttributes.Static | MethodAttributes.HideBySig, basic.Void) { NoInlining = true };
        context.MarkGenerated(missed);
        var il = new Il(missed.Body);
        for (int i = 0; i < versions.Count; i++)
        {
            missed.Parameters.Add(new ParameterDefinition($"code{i}", ParameterAttributes.None, basic.Int64));
        }

        for (int i = 0; i < versions.Count; i++)
        {
            Instruction next = Il.Label();
            for (int other = 0; other < versions.Count; other++)
            {
                if (other != i)
                {
                    il.Load(missed.Parameters[i]);
                    il.Load(missed.Parameters[other]);
                    il.Jump(OpCodes.Blt, next);
                }
            }

            WriteReasons(il, versions[i], missed.Parameters[i]);
            il.Mark(next);
        }

        il.Return();
        return missed;
    }

    private void WriteReasons(Il il, VersionOutcome version, ParameterDefinition code)
    {
        for (int i = 0; i < version.Ties.Length; i++)
        {
            Instruction next = Il.Label();
            il.Load(code);
            il.Long(i + 1);
            il.Jump(OpCodes.Bne_Un, next);
            il.Text(lifted.Name);
            il.Text(version.Ties[i].Broken);
            il.Call(context.Runtime.Missed);
            il.Return();
            il.Mark(next);
        }

        Instruction[] stages = [.. version.Reasons.Select(_ => Il.Label())];
        il.Load(code);
        VersionCode.PushStage(il);
        il.Int(1);
        il.Op(OpCodes.Sub);
        il.Switch(stages);
        il.Return();
        for (int i = 0; i < stages.Length; i++)
        {
            il.Mark(stages[i]);
            il.Text(lifted.Name);
            if (version.Reasons[i] is { } reason)
            {
                il.Text(reason);
                il.Call(context.Runtime.Missed);
            }
            else
            {
                il.Load(code);
                il.Op(OpCodes.Conv_I4);
                il.Call(i + 1 == version.TensorStage ? context.Runtime.GuardMissed : context.Runtime.RegionFailed);
            }

            il.Return();
        }
    }
}
