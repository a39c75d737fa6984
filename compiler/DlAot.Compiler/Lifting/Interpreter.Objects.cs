using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting.Models;
using DlAot.Compiler.Reading;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>Objects, structs, arrays and statics.</summary>
public sealed partial class Interpreter
{
    internal static string Key(FieldReference field) => $"{field.DeclaringType.GetElementType().FullName}::{field.Name}";

    internal AbstractValue DefaultOf(TypeReference type)
    {
        switch (type.MetadataType)
        {
            case MetadataType.Boolean or MetadataType.Char or MetadataType.SByte or MetadataType.Byte or MetadataType.Int16 or MetadataType.UInt16
                or MetadataType.Int32 or MetadataType.UInt32 or MetadataType.Int64 or MetadataType.UInt64 or MetadataType.IntPtr or MetadataType.UIntPtr:
                return AbstractValue.Of(0L);
            case MetadataType.Single or MetadataType.Double:
                return new Constant(0.0, IsSingle: type.MetadataType == MetadataType.Single);
        }

        if (World.IsNullable(type))
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
                RequireOneWriter(access, field);
                return written.TryGetValue((o.Instance, Key(field)), out AbstractValue? now) ? now
                    : ReadPlace(Predicted(o.Instance, field, type), new Access.Field(access, field, type, o.Instance.Settled.Contains(Key(field)), o.Instance.Doubtful.Contains(Key(field))));
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

    // What an earlier call left there counts, not what the constructor put there.
    private AbstractValue ReadPlace(AbstractValue predicted, Access place) => Read(Shared.Before.GetValueOrDefault(place.Key) ?? predicted, place);

    // A field that the constructor did not set has its type's default.
    private AbstractValue Predicted(Instance instance, FieldReference field, TypeReference type) =>
        instance.Fields.GetValueOrDefault(Key(field)) ?? (instance.IsOpaque ? new Unknown(type, instance.Reason ?? $"the field {field.Name}") : DefaultOf(type));

    private void StoreField(AbstractValue owner, FieldReference field, AbstractValue value, Frame f)
    {
        AbstractValue held = owner is Pointer p ? p.Load() : owner;
        if (owner is Pointer place && held is ObjectRef { Access: not null, Instance.IsStruct: true } outside && !IsConstructorPhase)
        {
            held = Own(outside, f);
            StoreField(held, field, value, f);
            place.Save(held);
            return;
        }

        switch (held)
        {
            case ObjectRef { Access: null } o:
                o.Instance.Fields[Key(field)] = IsConstructorPhase && value is Comparison c ? Probable(c) : value;
                if (IsConstructorPhase && IsAssumedObject(value))
                {
                    o.Instance.Doubtful.Add(Key(field));
                }

                if (IsConstructorPhase && Shared.IsCertain)
                {
                    o.Instance.Settled.Add(Key(field));
                }

                break;
            case ObjectRef o:
                StoreOutside(o, field, Generics.Fill(field.FieldType, f.Fill(field.DeclaringType), f.MethodArguments), value);
                break;
            case Unknown when IsConstructorPhase:
                Doubt();
                break;
            case var other:
                throw Fail(Rules.SideEffect, $"{Name(other)}.{field.Name}");
        }
    }

    // A struct that was read from outside as one of the method's own: a write to it is a write to a copy, or replaces it where it came from.
    private ObjectRef Own(ObjectRef outside, Frame f)
    {
        TypeReference type = outside.Instance.Type;
        if (World.Resolve(type) is not { } definition || !(IsOurs(type) || ModelTable.ShortName(type) == "ValueTuple"))
        {
            throw Fail(Rules.SideEffect, Name(outside));
        }

        var own = new Instance(type) { IsStruct = true };
        foreach (FieldDefinition field in definition.Fields.Where(x => !x.IsStatic))
        {
            own.Fields[Key(field)] = LoadField(outside, type is GenericInstanceType ? new FieldReference(field.Name, field.FieldType, type) : field, f);
        }

        return new ObjectRef(own);
    }

    // Whether arguments compare so is not decided when it is only kept for later.
    private AbstractValue Probable(Comparison c) => AsDim(c.Left) is { } a && AsDim(c.Right) is { } b && !IsOpen(c.Kind, a, b) && Guess(a) is long x && Guess(b) is long y
        ? new Constant(Holds(c.Kind, x.CompareTo(y)) ? 1L : 0L, Assumed: true)
        : new Unknown(World.Module.TypeSystem.Boolean, Name(c));

    private AbstractValue LoadStatic(FieldReference field, Frame f)
    {
        if (models.TryStaticField(field) is { } modelled)
        {
            return modelled;
        }

        if (writtenStatics.TryGetValue(field.FullName, out AbstractValue? now))
        {
            return now;
        }

        TypeReference declaring = f.Fill(field.DeclaringType);
        TypeReference type = Generics.Fill(field.FieldType, declaring, f.MethodArguments);
        Dictionary<string, AbstractValue> fields = StaticsOf(declaring);
        FieldDefinition? definition = World.Resolve(declaring)?.Fields.FirstOrDefault(x => x.Name == field.Name);
        AbstractValue? known = fields.TryGetValue(field.Name, out AbstractValue? v) ? v : IsOurs(declaring) ? DefaultOf(type) : null;
        bool isCache = declaring.Name.StartsWith('<');
        if (known is not null && (isCache || IsConstructorPhase))
        {
            return known;
        }

        // Its initialiser ran once, the same way for everybody; objects that it made can have changed since.
        bool isReadOnly = definition is { IsInitOnly: true };
        return isReadOnly && known is Constant { Assumed: false } constant ? constant
            : IsConstructorPhase ? new Unknown(type, $"the static field {field.Name}")
            : ReadPlace(isReadOnly && known is not null ? known : new Unknown(type, $"the static field {field.Name}"), new Access.Static(field, type));
    }

    private void StoreStatic(FieldReference field, AbstractValue value, Frame f)
    {
        // Caches of delegates made by the C# compiler are no visible effect.
        if (!IsConstructorPhase && !field.DeclaringType.Name.StartsWith('<'))
        {
            StoreStaticOutside(field, Generics.Fill(field.FieldType, f.Fill(field.DeclaringType), f.MethodArguments), value);
            return;
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
        if (initializer is not null && IsOurs(declaring) && initializer.HasBody)
        {
            bool isCertain = Shared.IsCertain;
            Shared.IsCertain = true;
            try
            {
                new Interpreter(World, new Ir.GraphBuilder(declaring.Name), new Decisions(), isConstructorPhase: true, Shared) { models = models }.Invoke(initializer, declaring, null, []);
            }
            catch (LiftException)
            {
                Shared.IsCertain = false;
            }

            if (!Shared.IsCertain)
            {
                // It went a way that another run may not go.
                foreach (FieldDefinition field in World.Resolve(declaring)!.Fields.Where(x => x.IsStatic))
                {
                    fields[field.Name] = new Unknown(field.FieldType, $"the static field {field.Name}");
                }
            }

            Shared.IsCertain = isCertain;
        }

        return fields;
    }

    private AbstractValue NewArray(TypeReference element, AbstractValue length)
    {
        long n = length switch
        {
            Constant { Value: long known, Assumed: var assumed } => Switched(known, assumed),
            Size s when Guess(s.Value) is long guess => PinTo(s, guess),
            _ => throw Fail(Rules.UnknownBranch, $"the array length {Name(length)}"),
        };
        Charge(n is > 0 and < Budget.MostElements ? (int)n / Budget.ElementsPerInstruction : 0);
        return n is >= 0 and < Budget.MostElements
            ? NewList(new ArrayType(element), Enumerable.Range(0, (int)n).Select(_ => DefaultOf(element)))
            : throw Fail(Rules.UnboundedLoop, n);
    }

    /// <summary>A list or array made by the method itself.</summary>
    public static ObjectRef NewList(TypeReference type, IEnumerable<AbstractValue> items) => new(new Instance(type) { Items = [.. items] });

    private AbstractValue Length(AbstractValue array) => array switch
    {
        ObjectRef { Instance.Items: { } items } o => CountOf(o, items.Count, null),
        Unknown u => new Unknown(World.Module.TypeSystem.Int32, u.Reason),
        Constant { IsNull: true } => throw Fail(Rules.AlwaysThrows, "NullReferenceException"),
        _ => throw Fail(Rules.UnknownBranch, $"the length of {Name(array)}"),
    };

    internal AbstractValue LoadElement(AbstractValue array, AbstractValue index, MethodReference? getter = null)
    {
        if (array is Unknown u)
        {
            return new Unknown((u.Type as ArrayType)?.ElementType, u.Reason);
        }

        if (ChangedOf(array) is { } changed)
        {
            List<AbstractValue> present = Elements(changed);
            return AsDim(index)?.Constant is not long known ? throw Fail(Rules.UnknownBranch, $"the index {Name(index)}")
                : known >= 0 && known < present.Count ? Present(changed, present[(int)known], getter) : throw Fail(Rules.AlwaysThrows, "IndexOutOfRangeException");
        }

        if (array is not ObjectRef { Instance.Items: { } items } o)
        {
            throw array is Constant { IsNull: true } ? Fail(Rules.AlwaysThrows, "NullReferenceException") : Fail(Rules.UnsupportedInstruction, $"an element of {Name(array)}");
        }

        if (index is Constant { Assumed: true })
        {
            Doubt();
        }

        if (o.Access is { } place && items.Count > 0 && AsDim(index) is { } position && IsVarying(position))
        {
            MethodReference? own = getter ?? ItemGetter(o.Instance.Type);
            throw new LiftException(Rules.UnknownBranch, Location, $"the index {Name(index)}") { Element = new Access.Element(place, 0, own, ElementType(o.Instance.Type, own)) };
        }

        long at = IndexOf(index);
        if (at >= items.Count && at < 16 && o.Access is { } outside)
        {
            // A list of guessed length may be longer.
            throw new HypothesisException(outside.Key, p => p.Count is null ? p : p with { Count = (int)at + 1 }, Fail(Rules.AlwaysThrows, "IndexOutOfRangeException"));
        }

        DlAot.Ir.Value? sized = o.Instance.Facts.GetValueOrDefault("of") is TensorRef { Value: var x } && x.Rank == items.Count ? x : null;
        if (at < 0 || at >= items.Count)
        {
            LiftException beyond = Fail(Rules.AlwaysThrows, "IndexOutOfRangeException");
            if (sized is not null)
            {
                RequireDimensions(sized, at < 0 ? items.Count - at : at + 1, beyond);
            }

            throw beyond;
        }

        if (sized is not null)
        {
            NoteSize(sized, (int)at);
        }

        if (o.Access is null)
        {
            return items[(int)at];
        }

        CountOf(o, items.Count, null);
        return LoadOutside(o, (int)at, getter);
    }

    // One that nobody knows is what it is guessed to be, or the first.
    private long IndexOf(AbstractValue index) => AsDim(index) is { } at ? Builder.Facts.Normalize(at).Constant ?? PinTo(new Size(at), Guess(at) ?? 0) : throw Fail(Rules.UnknownBranch, $"the index {Name(index)}");

    private AbstractValue LoadOutside(ObjectRef list, int at, MethodReference? getter)
    {
        getter ??= ItemGetter(list.Instance.Type);
        return Read(list.Instance.Items![at], new Access.Element(list.Access!, at, getter, ElementType(list.Instance.Type, getter)));
    }

    // An array needs none; whatever else is read by position has an indexer somewhere in its hierarchy.
    private MethodReference? ItemGetter(TypeReference list)
    {
        if (list is ArrayType)
        {
            return null;
        }

        foreach (TypeReference t in World.Hierarchy(list))
        {
            if (World.Resolve(t)?.Methods.FirstOrDefault(m => m is { Name: "get_Item", IsPublic: true } && m.Parameters is [{ ParameterType.MetadataType: MetadataType.Int32 }]) is { } getter)
            {
                return OnType(getter, t);
            }
        }

        throw Fail(Rules.UndeterminableTarget, $"an element of {list.Name}", "it has no indexer");
    }

    private TypeReference ElementType(TypeReference list, MethodReference? getter) =>
        getter is not null ? Generics.Fill(getter.ReturnType, getter.DeclaringType)
        : (list as ArrayType)?.ElementType ?? World.Module.TypeSystem.Object;

    internal void StoreElement(AbstractValue array, AbstractValue index, AbstractValue value)
    {
        if (array is ObjectRef { Access: not null, Instance.Items: not null } outside && !IsConstructorPhase)
        {
            StoreOutside(outside, index, value);
            return;
        }

        if (array is not ObjectRef { Instance: { Items: { } items, IsFrozen: false }, Access: null })
        {
            throw Fail(Rules.SideEffect, $"an element of {Name(array)}");
        }

        long at = AsDim(index)?.Constant ?? throw Fail(Rules.UnknownBranch, $"the index {Name(index)}");
        if (index is Constant { Assumed: true })
        {
            Doubt();
        }

        ((ObjectRef)array).Instance.Store(at >= 0 && at < items.Count ? (int)at : throw Fail(Rules.AlwaysThrows, "IndexOutOfRangeException"), value);
    }

    // Numbers and structs become objects; what is one already, and a null Nullable, stays as it is.
    internal AbstractValue Box(AbstractValue v, TypeReference type) => v switch
    {
        Constant { IsNull: true } => v,
        Constant { Value: not string } or Size or HostNumber or Comparison => new Boxed(Materialised(v), Reading.World.Content(type)),
        ObjectRef { Instance.IsStruct: true, Access: null } => new Boxed(Copied(v), Reading.World.Content(type)),
        ObjectRef { Instance.IsStruct: true } => throw Fail(Rules.UnsupportedInstruction, "box of a struct read from outside"),
        _ => v,
    };

    /// <summary>An object as the type that a dynamic one is assigned to: the same, or its base.</summary>
    internal AbstractValue ConvertDynamic(AbstractValue v, TypeReference type) => v switch
    {
        Boxed b when b.Type.FullName != Reading.World.Content(type).FullName => throw Fail(Rules.UndeterminableTarget, $"a conversion to {type.Name}", Name(v)),
        TensorRef when !(Reading.World.IsTensor(type) || type.FullName == "System.Object") => throw Fail(Rules.UndeterminableTarget, $"a conversion to {type.Name}", Name(v)),
        _ => Unboxed(v, type),
    };

    /// <summary>A module's own <c>call</c> or <c>forward</c>.</summary>
    internal bool IsModuleCall(AbstractValue v, string member) => member is "call" or "forward" && v is ObjectRef o && World.IsModule(o.Instance.Type);

    private AbstractValue Unboxed(AbstractValue v, TypeReference type)
    {
        if (v is Unknown { Access: { } at } unknown && !IsConstructorPhase && !at.Type.IsValueType && World.Resolve(type) is { IsValueType: true } && !World.IsNullable(type))
        {
            return OfKind(unknown, type, isCast: true) ?? throw Fail(Rules.AlwaysThrows, "InvalidCastException");
        }

        if (v is not Boxed b)
        {
            return World.Resolve(type) is { IsValueType: true } && v is Constant { IsNull: true } && !World.IsNullable(type) ? throw Fail(Rules.AlwaysThrows, "NullReferenceException")
                : World.Resolve(type) is { IsValueType: false } ? Cast(v, type) : v;
        }

        bool fits = b.Type.FullName == Reading.World.Content(type).FullName || type.FullName == "System.Object" || Underlying(b.Type) == Underlying(Reading.World.Content(type));
        return !fits ? throw Fail(Rules.AlwaysThrows, "InvalidCastException") : type.FullName == "System.Object" ? v : Copied(b.Content);
    }

    private string Underlying(TypeReference type) => World.Resolve(type) is { IsEnum: true } e ? e.Fields.First(x => x.Name == "value__").FieldType.FullName : type.FullName;

    private AbstractValue Cast(AbstractValue v, TypeReference type) =>
        AsInstance(v, type, isCast: true) is var cast && cast is Constant { IsNull: true } && v is not Constant { IsNull: true } ? throw Fail(Rules.AlwaysThrows, "InvalidCastException") : cast;

    /// <summary>The object where its exact type matters: "this" may be of a subclass.</summary>
    internal ObjectRef Exact(ObjectRef o)
    {
        if (o.Access is Access.Argument { Index: 0 } self && (World.Resolve(self.Type) is not { IsSealed: true } || self.Type.FullName != o.Instance.Type.FullName))
        {
            AddGuard(new Guard.ExactType(self, o.Instance.Type, Location));
        }

        return o;
    }

    private AbstractValue AsInstance(AbstractValue v, TypeReference type, bool isCast = false)
    {
        if (IsAssumedObject(v))
        {
            Doubt();
        }

        if (v is Unknown { Access: not null } unknown && !IsConstructorPhase)
        {
            return OfKind(unknown, type, isCast) is not { } known ? AbstractValue.Null : known is Constant or Size or HostNumber or ObjectRef { Instance.IsStruct: true } && type.IsValueType ? new Boxed(known, type) : known;
        }

        bool fits = v switch
        {
            Constant { IsNull: true } => false,
            Constant { Value: string } => type.FullName is "System.String" or "System.Object",
            Boxed b => b.Type.FullName == type.FullName || type.FullName is "System.Object" or "System.ValueType" || (World.Resolve(type) is { IsInterface: true } ? throw Fail(Rules.UndeterminableTarget, $"a cast to {type.Name}", Name(v)) : false),
            TensorRef => World.IsTensor(type) || type.FullName is "System.Object" or "System.IDisposable",
            ObjectRef o => World.IsAssignable(Exact(o).Instance.Type, type),
            DelegateRef d => World.IsAssignable(d.Type, type),
            Unknown u when IsConstructorPhase => true,
            _ => throw Fail(Rules.UndeterminableTarget, $"a cast to {type.Name}", Name(v)),
        };
        return fits ? v : AbstractValue.Null;
    }
}
