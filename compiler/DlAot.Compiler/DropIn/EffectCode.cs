using System.Collections.Immutable;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>
/// Does a version's effects. What they need is computed first, while a failure can still hand over to the original body and no
/// place has been written that a later read would see.
/// </summary>
internal sealed class EffectCode(Il il, ImmutableArray<Effect> effects, AccessCode access, ResultCode results, DropInContext context)
{
    private readonly List<Action> commits = [];

    /// <summary>Computes values and receivers into locals.</summary>
    public void Prepare()
    {
        foreach (Effect effect in effects)
        {
            switch (effect)
            {
                case Effect.StoreField { Owner: var owner, Field: var field, Type: var type, Value: var value }:
                    access.Keep(owner);
                    VariableDefinition stored = Keep(value, type);
                    commits.Add(() =>
                    {
                        access.Load(owner);
                        il.Load(stored);
                        il.Field(OpCodes.Stfld, access.FieldOf(owner, field));
                    });
                    break;
                case Effect.StoreElement { Array: var array, Index: var index, Type: var element, Value: var value }:
                    access.Keep(array);
                    VariableDefinition storedElement = Keep(value, element);
                    commits.Add(() =>
                    {
                        access.Load(array);
                        il.Int(index);
                        il.Load(storedElement);
                        il.Type(OpCodes.Stelem_Any, context.Types.Import(element));
                    });
                    break;
                case Effect.StoreStatic { Field: var field, Type: var type, Value: var value }:
                    VariableDefinition storedStatic = Keep(value, type);
                    commits.Add(() =>
                    {
                        il.Load(storedStatic);
                        il.Field(OpCodes.Stsfld, context.Types.Import(field));
                    });
                    break;
                case Effect.WriteTensor { Base: var place, Path: var path, Value: var value }:
                    access.Keep(place);
                    VariableDefinition content = Keep(value, context.Torch.Tensor);
                    commits.Add(() => Copy(place, path, content));
                    break;
                case Effect.Call { Method: var method, Receiver: var receiver, Arguments: var arguments }:
                    if (receiver is not null)
                    {
                        access.Keep(receiver);
                    }

                    VariableDefinition[] kept = [.. arguments.Select((a, i) => Keep(a, Generics.Fill(method.Parameters[i].ParameterType, method.DeclaringType)))];
                    commits.Add(() => Call(method, receiver, kept));
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(effects), effect, "unknown effect");
            }
        }
    }

    /// <summary>Does them, in order.</summary>
    public void Commit() => commits.ForEach(c => c());

    private VariableDefinition Keep(OutputTree value, TypeReference type)
    {
        VariableDefinition local = il.Local(context.Types.Import(type));
        results.Push(value, type);
        il.Store(local);
        return local;
    }

    private void Copy(Access place, ImmutableArray<Node> path, VariableDefinition content)
    {
        VariableDefinition view = il.Local(context.Torch.Tensor);
        access.Load(place);
        bool isView = results.PushSteps(path);
        il.Store(view);
        il.Load(view);
        il.Load(content);
        il.Bool(false);
        il.CallVirtual(context.Torch.OfTensor("copy_", "Tensor", "bool"));
        il.Op(OpCodes.Pop);
        foreach (VariableDefinition temporary in isView ? new[] { view, content } : [content])
        {
            il.Load(temporary);
            il.CallVirtual(context.Torch.OfTensor("Dispose"));
        }
    }

    private void Call(MethodReference method, Access? receiver, VariableDefinition[] arguments)
    {
        if (receiver is not null)
        {
            access.LoadReceiver(receiver);
        }

        foreach (VariableDefinition argument in arguments)
        {
            il.Load(argument);
        }

        MethodReference called = context.Types.Import(method);
        if (receiver is null)
        {
            il.Call(called);
        }
        else
        {
            il.CallVirtual(called);
        }

        if (!method.IsVoid())
        {
            il.Op(OpCodes.Pop);
        }
    }
}
