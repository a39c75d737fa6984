using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>Objects, structs, arrays and statics.</summary>
public sealed partial class Interpreter
{
    private static string Key(FieldReference field) => $"{field.DeclaringType.GetElementType().FullName}::{field.Name}";

    internal AbstractValue DefaultOf(TypeReference type)
    {
        switch (type.MetadataType)
        {
            case MetadataType.Boolean or MetadataType.Char or MetadataType.SByte or MetadataType.Byte or MetadataType.Int16 or MetadataType.UInt16
                or MetadataType.Int32 or MetadataType.UInt32 or MetadataType.Int64 or MetadataType.UInt64 or MetadataType.IntPtr or MetadataType.UIntPtr:
                return AbstractValue.Of(0L);
            case MetadataType.Single or MetadataType.Double:
                return AbstractValue.Of(0.0);
        }

        if (type.GetElementType().FullName == "System.Nullable`1")
        {
            return AbstractValue.Null;
        }

        TypeDefinition? definition = World.Resolve(type);
        if (definition is { IsEnum: true })
        {
            return AbstractValue.Of(0L);
        }

        return definition is { IsValueType: true } ? new ObjectRef(new Instance(type) { IsStruct = true }) : AbstractValue.Null;
    }

    private AbstractValue LoadField(AbstractValue owner, FieldReference field, Frame f)
    {
        TypeReference type = Generics.Fill(field.FieldType, f.Fill(field.DeclaringType), f.MethodArguments);
        switch (owner is Pointer p ? p.Load() : owner)
        {
            case ObjectRef { Access: { } access } o when !o.Instance.IsStruct || !IsConstructorPhase:
                return written.TryGetValue((o.Instance, Key(field)), out AbstractValue? now) ? now
                    : Read(Predicted(o.Instance, field, type), new Access.Field(access, field, type));
            case ObjectRef o:
                return o.Instance.Fields[Key(field)] = Predicted(o.Instance, field, type);
            case Unknown u:
                return new Unknown(type, u.Reason);
            case Constant { IsNull: true }:
                throw Fail(Rules.AlwaysThrows, "NullReferenceException");
            case var other:
                throw Fail(Rules.UnsupportedInstruction, $"ldfld {field.Name} of {Name(other)}");
        }
    }

    // A field that the constructor did not set has its type's default.
    private AbstractValue Predicted(Instance instance, FieldReference field, TypeReference type) =>
        instance.Fields.GetValueOrDefault(Key(field)) ?? (instance.IsOpaque ? new Unknown(type, $"the field {field.Name}") : DefaultOf(type));

    private void StoreField(AbstractValue owner, FieldReference field, AbstractValue value)
    {
        switch (owner is Pointer p ? p.Load() : owner)
        {
            case ObjectRef { Access: null } o:
                o.Instance.Fields[Key(field)] = value;
                break;
            case ObjectRef o:
                throw Fail(Rules.SideEffect, new Access.Field(o.Access!, field, field.FieldType));
            case Unknown when IsConstructorPhase:
                break;
            case var other:
                throw Fail(Rules.SideEffect, $"{Name(other)}.{field.Name}");
        }
    }

    private AbstractValue LoadStatic(FieldReference field, Frame f)
    {
        if (models.TryStaticField(field) is { } known)
        {
            return known;
        }

        TypeReference declaring = f.Fill(field.DeclaringType);
        TypeReference type = Generics.Fill(field.FieldType, declaring, f.MethodArguments);
        Dictionary<string, AbstractValue> fields = StaticsOf(declaring);
        FieldDefinition? definition = World.Resolve(declaring)?.Fields.FirstOrDefault(x => x.Name == field.Name);
        bool isCache = declaring.Name.StartsWith('<');
        if (isCache || definition is { IsInitOnly: true })
        {
            return fields.TryGetValue(field.Name, out AbstractValue? v) ? v : DefaultOf(type);
        }

        return IsConstructorPhase
            ? fields.GetValueOrDefault(field.Name) ?? DefaultOf(type)
            : Read(new Unknown(type, $"the static field {field.Name}"), new Access.Static(field, type));
    }

    private void StoreStatic(FieldReference field, AbstractValue value)
    {
        // Caches of delegates made by the C# compiler are no visible effect.
        if (!IsConstructorPhase && !field.DeclaringType.Name.StartsWith('<'))
        {
            throw Fail(Rules.SideEffect, $"{field.DeclaringType.Name}.{field.Name}");
        }

        StaticsOf(field.DeclaringType)[field.Name] = value;
    }

    private Dictionary<string, AbstractValue> StaticsOf(TypeReference declaring)
    {
        if (statics.TryGetValue(declaring.FullName, out Dictionary<string, AbstractValue>? fields))
        {
            return fields;
        }

        statics[declaring.FullName] = fields = new Dictionary<string, AbstractValue>(StringComparer.Ordinal);
        MethodDefinition? initializer = World.Resolve(declaring)?.Methods.FirstOrDefault(m => m.Name == ".cctor");
        if (initializer is not null && !World.IsTorchSharp(declaring) && initializer.HasBody)
        {
            try
            {
                new Interpreter(World, new Ir.GraphBuilder(declaring.Name), new Decisions(), isConstructorPhase: true, Shared) { models = models }.Invoke(initializer, declaring, null, []);
            }
            catch (LiftException)
            {
                // What was not reached stays at its default only when nothing could have set it; forget the rest.
                foreach (FieldDefinition field in World.Resolve(declaring)!.Fields.Where(x => x.IsStatic && !fields.ContainsKey(x.Name)))
                {
                    fields[field.Name] = new Unknown(field.FieldType, $"the static field {field.Name}");
                }
            }
        }

        return fields;
    }

    private AbstractValue NewArray(TypeReference element, AbstractValue length)
    {
        long n = length switch
        {
            Constant { Value: long known } => known,
            Size s when Guess(s.Value) is long guess => PinTo(s, guess),
            _ => throw Fail(Rules.UnknownBranch, $"the array length {Name(length)}"),
        };
        return n is >= 0 and < 1_000_000
            ? NewList(new ArrayType(element), Enumerable.Range(0, (int)n).Select(_ => DefaultOf(element)))
            : throw Fail(Rules.UnboundedLoop, n);
    }

    /// <summary>A list or array made by the method itself.</summary>
    public static ObjectRef NewList(TypeReference type, IEnumerable<AbstractValue> items) => new(new Instance(type) { Items = [.. items] });

    private AbstractValue Length(AbstractValue array) => array switch
    {
        ObjectRef { Instance.Items: { } items } o => CountOf(o, items.Count, null),
        Unknown u => new Unknown(World.Module.TypeSystem.Int32, u.Reason),
        _ => throw Fail(Rules.UnknownBranch, $"the length of {Name(array)}"),
    };

    internal AbstractValue LoadElement(AbstractValue array, AbstractValue index, MethodReference? getter = null)
    {
        if (array is Unknown u)
        {
            return new Unknown((u.Type as ArrayType)?.ElementType, u.Reason);
        }

        if (array is not ObjectRef { Instance.Items: { } items } o)
        {
            throw array is Constant { IsNull: true } ? Fail(Rules.AlwaysThrows, "NullReferenceException") : Fail(Rules.UnsupportedInstruction, $"an element of {Name(array)}");
        }

        long at = AsDim(index)?.Constant ?? throw Fail(Rules.UnknownBranch, $"the index {Name(index)}");
        if (at < 0 || at >= items.Count)
        {
            throw Fail(Rules.AlwaysThrows, "IndexOutOfRangeException");
        }

        if (o.Access is null)
        {
            return items[(int)at];
        }

        CountOf(o, items.Count, getter);
        return Read(items[(int)at], new Access.Element(o.Access, (int)at, getter, ElementType(o.Instance.Type, getter)));
    }

    private TypeReference ElementType(TypeReference list, MethodReference? getter) =>
        getter is not null ? Generics.Fill(getter.ReturnType, getter.DeclaringType)
        : (list as ArrayType)?.ElementType ?? World.Module.TypeSystem.Object;

    private void StoreElement(AbstractValue array, AbstractValue index, AbstractValue value)
    {
        if (array is not ObjectRef { Instance.Items: { } items, Access: null })
        {
            throw Fail(Rules.SideEffect, $"an element of {Name(array)}");
        }

        long at = AsDim(index)?.Constant ?? throw Fail(Rules.UnknownBranch, $"the index {Name(index)}");
        items[(int)at] = at >= 0 && at < items.Count ? value : throw Fail(Rules.AlwaysThrows, "IndexOutOfRangeException");
    }

    private AbstractValue AsInstance(AbstractValue v, TypeReference type)
    {
        bool fits = v switch
        {
            Constant { IsNull: true } => false,
            Constant { Value: string } => type.FullName is "System.String" or "System.Object",
            Constant or Size or HostNumber or Comparison => true, // boxing is transparent: the C# compiler only unboxes what it boxed
            TensorRef => World.IsTensor(type) || type.FullName is "System.Object" or "System.IDisposable",
            ObjectRef o => World.IsAssignable(o.Instance.Type, type),
            DelegateRef d => World.IsAssignable(d.Type, type),
            Unknown u when IsConstructorPhase => true,
            _ => throw Fail(Rules.UndeterminableTarget, $"a cast to {type.Name}", Name(v)),
        };
        return fits ? v : AbstractValue.Null;
    }
}
