using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting.Models;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using CallSite = DlAot.Compiler.Lifting.Models.CallSite;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Parameters and buffers as <c>parameters()</c> and its like give them: foreseen from what the constructor registers, and read from
/// the library's own walk, so that guards see what has been registered, replaced or tied since.
/// </summary>
public sealed partial class Interpreter
{
    // Layers that register more than a weight and a bias.
    private static readonly HashSet<string> ManyParameters = new(StringComparer.Ordinal)
    {
        "LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell", "MultiheadAttention", "Transformer", "TransformerEncoder", "TransformerDecoder", "TransformerEncoderLayer",
        "TransformerDecoderLayer", "Bilinear", "ParameterDict",
    };

    /// <summary>Names and tensors of a walk over a module's parameters or buffers, the names only where the walk gives them.</summary>
    /// <param name="walk">The call of <c>parameters</c>, <c>named_parameters</c>, <c>buffers</c> or <c>named_buffers</c>.</param>
    internal IEnumerable<(AbstractValue Name, AbstractValue Tensor)> Walk(CallSite walk, ObjectRef module)
    {
        bool isNamed = walk.Method.Name.StartsWith("named_", StringComparison.Ordinal), recurse = walk.Bool("recurse", true);
        IEnumerable<(string Name, AbstractValue Tensor)> foreseen = Foreseen(walk, module.Instance, walk.Method.Name.EndsWith("buffers", StringComparison.Ordinal), recurse);
        if (module.Access is not { } access)
        {
            foreach ((string name, AbstractValue tensor) in foreseen)
            {
                yield return (new Constant(name), tensor);
            }

            yield break;
        }

        ImmutableArray<bool> arguments = [recurse, .. walk.Method.Parameters.Count > 1 ? new[] { walk.Bool("include_nonpersistent", true) } : []];
        TypeReference element = ((GenericInstanceType)walk.ReturnType).GenericArguments[0];
        if (foreseen.FirstOrDefault() is ({ } first, var firstTensor))
        {
            yield return Listed(new Access.Walk(access, walk.Method, arguments, IsFirst: true, World.Module.TypeSystem.Object), first, firstTensor);
        }

        // Whoever asks for a second one has the whole list made.
        (string Name, AbstractValue Tensor)[] all = [.. foreseen];
        var list = new Access.Walk(access, walk.Method, arguments, IsFirst: false, new ArrayType(World.Module.TypeSystem.Object));
        if (guarded.Add($"{list.Key}.Count"))
        {
            guards.Add(new Guard.Count(list, null, all.Length, Location));
        }

        for (int i = 1; i < all.Length; i++)
        {
            yield return Listed(new Access.Element(list, i, null, World.Module.TypeSystem.Object), all[i].Name, all[i].Tensor);
        }

        (AbstractValue, AbstractValue) Listed(Access place, string name, AbstractValue tensor)
        {
            AddGuard(new Guard.Null(place, false, Location));
            var typed = new Access.Cast(place, element);
            return isNamed ? (Read(new Constant(name, Assumed: true), Part(typed, 0)), Read(tensor, Part(typed, 1))) : (AbstractValue.Null, Read(tensor, typed));
        }
    }

    // Item 1 or 2 of a tuple.
    private Access.Field Part(Access tuple, int at)
    {
        var type = (GenericInstanceType)tuple.Type;
        FieldDefinition item = World.Resolve(type)!.Fields.First(f => f.Name == $"Item{at + 1}");
        return new Access.Field(tuple, new FieldReference(item.Name, item.FieldType, type), type.GenericArguments[at]);
    }

    // What the module and its submodules register, in the order of registration.
    private IEnumerable<(string Name, AbstractValue Tensor)> Foreseen(CallSite walk, Instance module, bool isBuffer, bool recurse)
    {
        string kind = isBuffer ? "buffer:" : "parameter:";
        if (module.IsOpaque || ManyParameters.Contains(ModelTable.ShortName(module.Type)))
        {
            throw Fail(Rules.UndeterminableTarget, Describe(walk.Method), module.Reason ?? module.Type.Name);
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string key, AbstractValue tensor) in module.Facts.Where(f => f.Key.StartsWith(kind, StringComparison.Ordinal)).ToArray())
        {
            names.Add(key[kind.Length..]);
            yield return (key[kind.Length..], tensor);
        }

        if (!IsOurs(module.Type) && module.Items is null)
        {
            CallSite site = walk with { Arguments = [new ObjectRef(module), .. walk.Arguments[1..]] };
            foreach (string name in isBuffer ? ["running_mean", "running_var", "num_batches_tracked"] : new[] { "weight", "bias" })
            {
                if (FindGetter(module.Type, name) is not null && LayerProperties.Parameter(site, module, name) is not Constant { IsNull: true } and var tensor)
                {
                    yield return (name, tensor);
                }
            }
        }

        if (!IsOurs(module.Type) && module.Items is { } items && ModelTable.ShortName(module.Type) == "ParameterList" && !isBuffer)
        {
            for (int i = 0; i < items.Count; i++)
            {
                yield return (i.ToString(System.Globalization.CultureInfo.InvariantCulture), items[i]);
            }

            yield break;
        }

        foreach (TypeReference type in World.Hierarchy(module.Type).TakeWhile(t => IsOurs(t)))
        {
            foreach (FieldDefinition field in World.Resolve(type)!.Fields.Where(f => !f.IsStatic && (f.FieldType.FullName == World.ParameterName ? !isBuffer : isBuffer)))
            {
                if (module.Fields.GetValueOrDefault(Key(field)) is TensorRef tensor && names.Add(ComponentName(field)))
                {
                    yield return (ComponentName(field), tensor);
                }
            }
        }

        foreach ((string name, AbstractValue child) in recurse ? Registered(module) : [])
        {
            ObjectRef submodule = child as ObjectRef ?? throw Fail(Rules.UndeterminableTarget, Describe(walk.Method), Name(child));
            foreach ((string inner, AbstractValue tensor) in Foreseen(walk, submodule.Instance, isBuffer, recurse: true))
            {
                yield return ($"{name}.{inner}", tensor);
            }
        }
    }
}
