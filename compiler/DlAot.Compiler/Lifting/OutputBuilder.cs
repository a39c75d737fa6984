using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting.Models;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>Turns abstract results and stored values into output trees, collecting graph outputs. One object is one object wherever it shows.</summary>
internal sealed class OutputBuilder(Interpreter interpreter, List<Value> outputs)
{
    private readonly Dictionary<TensorObject, int> tensors = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Instance, OutputTree.Shared?> objects = new(ReferenceEqualityComparer.Instance);

    private World World => interpreter.World;

    public OutputTree Build(AbstractValue v, TypeReference type)
    {
        switch (v)
        {
            case TensorRef { Object: { Access: { } access } }:
                return new OutputTree.Same(access);
            case TensorRef { Object: { IsWrittenOutside: true, IsDisposed: false } shown }:
                return shown is { Moves: 0, IsDetached: false } && shown.Path.All(s => s.Op != Op.Expand) ? new OutputTree.View(shown.StorageAccess!, Known(shown.Path)) : throw Refused(v);
            case TensorRef { Object: var t }:
                return Tensor(t);
            case Constant { IsNull: true }:
                return new OutputTree.Null();
            case Constant { Value: { } value }:
                return new OutputTree.Constant(value, type);
            case BuiltText t:
                return new OutputTree.Text([.. t.Parts.Select(p => p is Size s ? new OutputTree.Size(Known(s.Value), World.Module.TypeSystem.Int64) : Build(p, World.Module.TypeSystem.String))]);
            case Boxed b:
                return new OutputTree.Boxed(Build(b.Content, b.Type), b.Type);
            case Size when World.IsNullable(type):
                return Build(v, ((GenericInstanceType)type).GenericArguments[0]);
            case Size s when type.IsPrimitive:
                return Known(s.Value) is var d && d.Constant is long n ? new OutputTree.Constant(n, type) : new OutputTree.Size(d, type);
            case HostNumber h when interpreter.AccessOf(h) is { } access && access.Type.FullName == type.FullName:
                return new OutputTree.Same(access);
            case Comparison:
                return new OutputTree.Constant(interpreter.Decide(v, true) ? 1L : 0L, type);
            case Unknown { Access: { } access } when !access.Type.IsValueType:
                return new OutputTree.Same(access);
            case ObjectRef { Access: { } access }:
                return new OutputTree.Same(access);
            case ObjectRef { Instance: { IsStruct: true } made }:
                return Content(made);
            case ObjectRef { Instance: var made }:
                return Shared(made);
            default:
                throw Refused(v);
        }
    }

    private LiftException Refused(AbstractValue v) => interpreter.Fail(Rules.UnsupportedSignature, $"it returns or stores {Interpreter.Name(v)}");

    /// <summary>The steps with sizes as the inputs have them.</summary>
    public ImmutableArray<Node> Known(ImmutableArray<Node> path) => [.. path.Select(step => step.Op.Name switch
    {
        "slice" => With(step, step.Attributes.With("start", Known(step.Attributes.Dim("start"))).With("length", Known(step.Attributes.Dim("length")))),
        "reshape" => With(step, step.Attributes.With("shape", step.Attributes.Dims("shape").Select(Known).ToImmutableArray())),
        _ => step,
    })];

    // What was found out since about sizes holds for those that were computed before, too.
    private DimExpr Known(DimExpr size) => interpreter.Builder.Facts.Normalize(size);

    private static Node With(Node step, Attributes attributes) => new(step.Op, step.Operands, attributes, [.. step.Results.Select(r => r.Type)], step.Location);

    /// <summary>A value that no object shows.</summary>
    public OutputTree.Tensor Hidden(Value value)
    {
        outputs.Add(value);
        return new OutputTree.Tensor(outputs.Count - 1);
    }

    private OutputTree.Tensor Tensor(TensorObject t)
    {
        if (t.IsDisposed)
        {
            throw interpreter.Fail(Rules.DisposedResult, "the result");
        }

        if (t.IsUncertain)
        {
            throw interpreter.Fail(Rules.InPlaceOnShared, "the result, or a copy of it,");
        }

        if (!tensors.TryGetValue(t, out int index))
        {
            if (t.MayShareOutside || tensors.Keys.Any(t.MayShareWith))
            {
                throw interpreter.Fail(Rules.UnsupportedSignature, "it returns or stores a tensor that may be a view of another one");
            }

            tensors[t] = index = outputs.Count;
            outputs.Add(t.Value);
        }

        return new OutputTree.Tensor(index, t.Moves, t.IsDetached);
    }

    private OutputTree.Shared Shared(Instance made)
    {
        if (objects.TryGetValue(made, out OutputTree.Shared? known))
        {
            return known ?? throw interpreter.Fail(Rules.UnsupportedSignature, "it returns or stores objects that refer to each other in a circle");
        }

        objects[made] = null; // being made
        var shared = new OutputTree.Shared(objects.Count, Content(made), made.Type);
        objects[made] = shared;
        return shared;
    }

    private OutputTree Content(Instance made)
    {
        string name = ModelTable.ShortName(made.Type);
        switch (made)
        {
            case { Items: { } items, Type: ArrayType { Rank: 1 } array }:
                return new OutputTree.Array(array.ElementType, [.. items.Select(i => Build(i, array.ElementType))]);
            case { Items: { } items, Keys: null, Type: GenericInstanceType list } when name == "List":
                return new OutputTree.List(list, [.. items.Select(i => Build(i, list.GenericArguments[0]))]);
            case { Items: { } values, Keys: { } keys, Type: GenericInstanceType dictionary } when name is "Dictionary" or "SortedDictionary":
                return new OutputTree.Dictionary(dictionary, [.. keys.Zip(values, (k, v) => (Build(k, dictionary.GenericArguments[0]), Build(v, dictionary.GenericArguments[1])))]);
            case { Type: GenericInstanceType tuple } when name is "ValueTuple" or "Tuple" && tuple.GenericArguments.Count <= 7:
                return Tuple(made, tuple);
        }

        return IsPlain(made) ? new OutputTree.Object(made.Type, made.IsStruct, [.. Fields(made)]) : throw Refused(new ObjectRef(made));
    }

    private OutputTree.Made Tuple(Instance made, GenericInstanceType tuple)
    {
        var constructor = new MethodReference(".ctor", World.Module.TypeSystem.Void, tuple) { HasThis = true };
        foreach (GenericParameter p in tuple.ElementType.GenericParameters.Count > 0 ? tuple.ElementType.GenericParameters : World.Resolve(tuple)!.GenericParameters)
        {
            constructor.Parameters.Add(new ParameterDefinition(p));
        }

        string prefix = tuple.GetElementType().FullName;
        return new OutputTree.Made(constructor, [.. tuple.GenericArguments.Select((a, i) => Build(made.Fields.GetValueOrDefault($"{prefix}::Item{i + 1}") ?? interpreter.DefaultOf(a), a))]);
    }

    // Nothing but its fields makes the object: all of its classes are the user's, without a finalizer, and no modules.
    private bool IsPlain(Instance made) => made is { IsOpaque: false, Items: null, Facts.Count: 0 }
        && World.Hierarchy(made.Type).All(t => t.FullName is "System.Object" or "System.ValueType" || (interpreter.IsUsers(t) && World.Resolve(t)!.Methods.All(m => m.Name != "Finalize")))
        && !World.IsModule(made.Type) && !World.IsDelegate(made.Type);

    private IEnumerable<(FieldReference Field, TypeReference Type, OutputTree Value)> Fields(Instance made)
    {
        foreach (TypeReference t in World.Hierarchy(made.Type).Where(interpreter.IsUsers))
        {
            foreach (FieldDefinition field in World.Resolve(t)!.Fields.Where(f => !f.IsStatic))
            {
                if (made.Fields.TryGetValue(Interpreter.Key(field), out AbstractValue? value))
                {
                    TypeReference type = Generics.Fill(field.FieldType, t);
                    FieldReference reference = t is GenericInstanceType ? new FieldReference(field.Name, field.FieldType, t) : field;
                    yield return (reference, type, Build(value, type));
                }
            }
        }
    }
}
