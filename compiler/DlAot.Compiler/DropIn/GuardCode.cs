using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>Checks guards on objects; one that fails jumps away.</summary>
internal sealed class GuardCode(Il il, AccessCode access, World world, TypeImporter types, CoreMembers core, LibraryClass library, RuntimeMembers runtime, TorchMembers torch)
{
    private static readonly string[] HookFields = ["pre_hooks", "post_hooks", "module_pre_hooks", "module_post_hooks"];

    /// <summary>Jumps to <paramref name="miss"/> when the guard does not hold.</summary>
    public void Check(Guard guard, Instruction miss)
    {
        switch (guard)
        {
            case Guard.ExactType g:
                CheckType(g, miss);
                break;
            case Guard.NotType g:
                access.Load(g.Subject);
                il.Type(OpCodes.Isinst, types.Import(g.Type));
                il.Jump(OpCodes.Brtrue, miss);
                break;
            case Guard.NotText g:
                access.Load(g.Subject);
                il.Text(g.Value);
                il.Call(core.StringsEqual);
                il.Jump(OpCodes.Brtrue, miss);
                break;
            case Guard.Null g:
                access.Load(g.Subject);
                il.Jump(g.IsNull ? OpCodes.Brtrue : OpCodes.Brfalse, miss);
                break;
            case Guard.Equal g:
                CheckEqual(g, miss);
                break;
            case Guard.Setting g:
                CheckEqual(new Guard.Equal(g.Subject, g.Value, g.Location), miss);
                break;
            case Guard.Compare g:
                CheckCompare(g, miss);
                break;
            case Guard.Count g:
                CheckCount(g, miss);
                break;
            case Guard.HasKey g:
                access.LoadReceiver(g.Subject);
                access.LoadKey(g.At, Generics.Fill(g.Contains.Parameters[0].ParameterType, g.Contains.DeclaringType));
                il.CallVirtual(types.Import(g.Contains));
                il.Jump(g.Value ? OpCodes.Brfalse : OpCodes.Brtrue, miss);
                break;
            case Guard.Training g:
                access.Load(g.Subject);
                il.CallVirtual(torch.Method("TorchSharp.torch/nn/Module", "get_training"));
                il.Jump(g.Value ? OpCodes.Brfalse : OpCodes.Brtrue, miss);
                break;
            case Guard.NoHooks g:
                CheckHooks(g, miss);
                break;
            case Guard.Same g:
                access.Load(g.Subject);
                access.Load(g.Other);
                il.Jump(OpCodes.Bne_Un, miss);
                break;
            case Guard.NotSame g:
                access.Load(g.Subject);
                access.Load(g.Other);
                il.Jump(OpCodes.Beq, miss);
                break;
            case Guard.Disjoint g:
                Access[] tensors = [.. g.Written, .. g.Others];
                il.NewArray(library.HandleOf.ReturnType, tensors.Length, i =>
                {
                    access.Load(tensors[i]);
                    il.Call(library.HandleOf);
                });
                il.Int(g.Written.Length);
                il.Call(runtime.MayOverlap);
                il.Jump(OpCodes.Brtrue, miss);
                break;
            case Guard.DelegateTarget g:
                CheckDelegate(g, miss);
                break;
            default:
                throw new StubException(Rules.StubNotWritten, guard.Location, guard, "this condition is not known");
        }
    }

    private void CheckType(Guard.ExactType g, Instruction miss)
    {
        access.Load(g.Subject);
        il.Jump(OpCodes.Brfalse, miss);
        if (g.Subject.Type.FullName == g.Type.FullName && world.Resolve(g.Type) is { IsSealed: true })
        {
            return;
        }

        access.Load(g.Subject);
        il.Call(core.GetObjectType);
        il.TypeOf(types.Import(g.Type), core);
        il.Call(core.TypesEqual);
        il.Jump(OpCodes.Brfalse, miss);
    }

    private void CheckEqual(Guard.Equal g, Instruction miss)
    {
        switch (g.Value)
        {
            case string text:
                access.Load(g.Subject);
                il.Text(text);
                il.Call(core.StringsEqual);
                il.Jump(OpCodes.Brfalse, miss);
                break;
            case double number:
                // By bits: 0 and -0 are different constants, and NaN equals itself.
                LoadNumber(g, asDouble: true);
                il.Call(core.DoubleBits);
                il.Long(BitConverter.DoubleToInt64Bits(number));
                il.Jump(OpCodes.Bne_Un, miss);
                break;
            case long or int when Numbers.IsFloat(g.Subject.Type):
                CheckEqual(g with { Value = Convert.ToDouble(g.Value, System.Globalization.CultureInfo.InvariantCulture) }, miss);
                break;
            case long or int or bool or char:
                LoadNumber(g, asDouble: false);
                il.Long(g.Value switch { bool b => b ? 1 : 0, char c => c, var other => Convert.ToInt64(other, System.Globalization.CultureInfo.InvariantCulture) });
                il.Jump(OpCodes.Bne_Un, miss);
                break;
            default:
                throw new StubException(Rules.StubNotWritten, g.Location, g, $"a constant of type {g.Value.GetType().Name}");
        }
    }

    private void LoadNumber(Guard.Equal g, bool asDouble)
    {
        access.Load(g.Subject);
        Numbers.Convert(il, world, g.Subject.Type, asDouble, g);
    }

    // Every way of comparing is false of NaN.
    private void CheckCompare(Guard.Compare g, Instruction miss)
    {
        bool isInteger = !Numbers.IsFloat(g.Subject.Type) && Math.Abs(g.Value) < 1L << 53 && g.Value == Math.Floor(g.Value);
        VariableDefinition left = il.Local(isInteger ? types.Module.TypeSystem.Int64 : types.Module.TypeSystem.Double);
        access.Load(g.Subject);
        Numbers.Convert(il, world, g.Subject.Type, !isInteger, g);
        il.Store(left);
        if (!isInteger)
        {
            il.Load(left);
            il.Load(left);
            il.Jump(OpCodes.Bne_Un, miss);
        }

        il.Load(left);
        if (isInteger)
        {
            il.Long((long)g.Value);
        }
        else
        {
            il.Double(g.Value);
        }

        il.Jump(
            g.Kind switch
            {
                ComparisonKind.Equal => OpCodes.Bne_Un,
                ComparisonKind.NotEqual => OpCodes.Beq,
                ComparisonKind.Less => OpCodes.Bge,
                ComparisonKind.LessOrEqual => OpCodes.Bgt,
                ComparisonKind.Greater => OpCodes.Ble,
                ComparisonKind.GreaterOrEqual => OpCodes.Blt,
                _ => throw new StubException(Rules.StubNotWritten, g.Location, g, "this comparison is not known"),
            },
            miss);
    }

    private void CheckCount(Guard.Count g, Instruction miss)
    {
        if (g.Getter is null)
        {
            access.Load(g.Subject);
            il.Op(OpCodes.Ldlen);
            il.Op(OpCodes.Conv_I4);
        }
        else
        {
            access.LoadReceiver(g.Subject);
            il.CallVirtual(types.Import(g.Getter is { Parameters.Count: 0 } ? g.Getter : CountGetter(g)));
        }

        il.Int(g.Value);
        il.Jump(OpCodes.Bne_Un, miss);
    }

    // The guard may name the indexer.
    private MethodReference CountGetter(Guard.Count g)
    {
        foreach (TypeReference type in world.Hierarchy(g.Subject.Type))
        {
            if (world.Resolve(type)?.Methods.FirstOrDefault(m => m is { Name: "get_Count", IsPublic: true, Parameters.Count: 0 }) is { } getter)
            {
                return types.Import(getter, type);
            }
        }

        throw new StubException(Rules.StubNotWritten, g.Location, g, $"{g.Subject.Type.Name} has no Count");
    }

    // The four dictionaries are protected fields, which the drop-in may read by IgnoresAccessChecksTo.
    private void CheckHooks(Guard.NoHooks g, Instruction miss)
    {
        GenericInstanceType hookable = world.Hierarchy(g.Subject.Type).OfType<GenericInstanceType>().FirstOrDefault(t => t.ElementType.FullName == "TorchSharp.torch/nn/HookableModule`2")
            ?? throw new StubException(Rules.StubNotWritten, g.Location, g, $"{g.Subject.Type.Name} has no hooks");
        TypeDefinition definition = torch.Definition("TorchSharp.torch/nn/HookableModule`2");
        foreach (string name in HookFields)
        {
            FieldDefinition field = definition.Fields.FirstOrDefault(f => f.Name == name) ?? throw new StubException(Rules.MissingMember, $"HookableModule.{name}");
            TypeReference dictionary = types.Import(Generics.Fill(field.FieldType, hookable));
            access.Load(g.Subject);
            il.Field(OpCodes.Ldfld, types.Import(field, hookable));
            il.CallVirtual(CoreMembers.Instance(dictionary, "get_Count", types.Module.TypeSystem.Int32));
            il.Jump(OpCodes.Brtrue, miss);
        }
    }

    private void CheckDelegate(Guard.DelegateTarget g, Instruction miss)
    {
        access.Load(g.Subject);
        il.Jump(OpCodes.Brfalse, miss);
        access.Load(g.Subject);
        il.CallVirtual(core.HasSingleTarget);
        il.Jump(OpCodes.Brfalse, miss);
        access.Load(g.Subject);
        il.CallVirtual(core.DelegateMethod);
        il.Field(OpCodes.Ldsfld, library.Target(types.Import(g.Method)));
        il.CallVirtual(core.ObjectEquals);
        il.Jump(OpCodes.Brfalse, miss);
    }
}
