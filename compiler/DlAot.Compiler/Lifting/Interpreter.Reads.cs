using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>Reads of the outside world: each place is read once, and becomes an input of the graph or a guard.</summary>
public sealed partial class Interpreter
{
    private readonly Dictionary<string, AbstractValue> reads = new(StringComparer.Ordinal); // by path and type
    private readonly List<Guard> guards = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal), symbols = new(StringComparer.Ordinal);
    private readonly HashSet<string> guarded = new(StringComparer.Ordinal);
    private readonly List<Access> inputs = [];
    private readonly Dictionary<Value, ScalarRead> scalarReads = [];

    private sealed record ScalarRead(Access Access, double? Guess);

    /// <summary>How each graph input is reached, in the order of the inputs.</summary>
    public IReadOnlyList<Access> Inputs => inputs;

    public IReadOnlyList<Guard> Guards => guards;

    internal void AddGuard(Guard guard)
    {
        if (!IsConstructorPhase && guarded.Add($"{guard.Subject.Key}|{guard}"))
        {
            guards.Add(guard);
        }
    }

    /// <summary>The place, which holds an object.</summary>
    internal Access NotNull(Access access)
    {
        AddGuard(new Guard.Null(access, false, Location));
        return access;
    }

    /// <summary>What is read at <paramref name="access"/>, where the constructor put <paramref name="predicted"/>.</summary>
    public AbstractValue Read(AbstractValue predicted, Access access)
    {
        string key = $"{access.Key}:{access.Type.FullName}";
        if (!reads.TryGetValue(key, out AbstractValue? value))
        {
            reads[key] = value = ReadNew(predicted, access);
        }

        return value;
    }

    private AbstractValue ReadNew(AbstractValue predicted, Access access)
    {
        if (World.IsNullable(access.Type))
        {
            return ReadNullable(predicted, access);
        }

        if (!MayHold(access.Type, predicted))
        {
            throw Fail(Rules.UnknownType, access, $"a {access.Type.Name} made elsewhere");
        }

        switch (predicted)
        {
            case TensorRef t:
                AddGuard(new Guard.Null(access, false, Location));
                return new TensorRef(new TensorObject(TensorInput(access, t.Value.Type), access));
            case Constant { Value: null } c:
                AddGuard(new Guard.Null(access, true, Location));
                return c;
            case Constant { Value: double d, Assumed: true }:
                return ScalarInput(access, DType.F64, d);
            case Constant { Value: >= 2L and long likely, Assumed: true } when access.Type.MetadataType is MetadataType.Int32 or MetadataType.Int64:
                return SizeInput(access, likely); // another object may have been made with another number
            case Constant c:
                object held = c.Value is long n ? Held(n, access) : c.Value!;
                AddGuard(new Guard.Equal(access, held, Location, Proved: !c.Assumed && IsCertain(access)));
                return new Constant(held, IsSingle: access.Type.MetadataType == MetadataType.Single);
            case Size s:
                return SizeInput(access, Guess(s.Value), !s.Value.Symbols.All(IsTold));
            case HostNumber:
                return ScalarInput(access, DType.F64, null);
            case ComplexTensor c:
                return ComplexInput(access, c.Parts.DType, c.Parts.Shape.Length);
            case ObjectRef { Instance.IsStruct: true } o:
                return new ObjectRef(o.Instance, access);
            case ObjectRef { Instance.Sequence: not null }:
                throw Fail(Rules.StaleSequence, access);
            case ObjectRef o:
                AddGuard(new Guard.ExactType(access, o.Instance.Type, Location));
                return new ObjectRef(o.Instance, Typed(access, o.Instance.Type));
            case DelegateRef d:
                AddGuard(new Guard.DelegateTarget(access, d.Method, Location));
                return d with { Access = access };
            case Unknown u:
                return ReadUnknown(u, access);
            case Comparison c:
                return ReadNew(IsGuessed(c) is bool guessed ? new Constant(guessed ? 1L : 0L, Assumed: true) : new Unknown(access.Type, Name(c)), access);
            default:
                throw Fail(Rules.UnknownType, access, $"it holds {Name(predicted)}");
        }
    }

    // The graph has no complex numbers: such a tensor is only passed on to calls. Its sizes are read as numbers.
    private ComplexTensor ComplexInput(Access access, DType real, int rank)
    {
        const long Complex64 = 9, Complex128 = 10; // TorchSharp's ScalarType
        TypeDefinition tensor = World.Resolve(access.Type)!;
        MethodDefinition Member(string name, int parameters) => tensor.Methods.FirstOrDefault(m => m.Name == name && m.Parameters.Count == parameters && m.Parameters.All(p => p.ParameterType.MetadataType == MetadataType.Int32))
            ?? throw Fail(Rules.MissingMember, $"Tensor.{name}");
        AddGuard(new Guard.Null(access, false, Location));
        MethodDefinition dtype = Member("get_dtype", 0), dim = Member("dim", 0), size = Member("size", 1);
        AddGuard(new Guard.Equal(new Access.Property(access, dtype, dtype.ReturnType), real == DType.F64 ? Complex128 : Complex64, Location));
        AddGuard(new Guard.Equal(new Access.Property(access, dim, dim.ReturnType), (long)rank, Location));
        return new ComplexTensor(null, new TensorType(real, [.. Enumerable.Range(0, rank).Select(i => SizeInput(new Access.Element(access, i, size, size.ReturnType), null).Value)]), access);
    }

    // To the interpreter a TensorIndex is the tensor in it, and a Scalar its number; where they are read from outside they are neither.
    private bool MayHold(TypeReference type, AbstractValue predicted) => predicted switch
    {
        TensorRef => World.Resolve(type) is not { IsValueType: true },
        Constant { Value: not null } or Size or HostNumber => type.IsPrimitive || type.MetadataType is MetadataType.String or MetadataType.Object || World.Resolve(type) is null or { IsEnum: true },
        _ => true,
    };

    // A null one is null, another is its value.
    private AbstractValue ReadNullable(AbstractValue predicted, Access access)
    {
        TypeReference content = ((GenericInstanceType)access.Type).GenericArguments[0];
        bool isNull = predicted switch
        {
            Constant { IsNull: true } => true,
            Unknown { Likely: null } when !IsConstructorPhase && Shared.Places is { } places => !places.IsPresent(access),
            Unknown u => Decisions.Take(u.Likely is null),
            _ => false,
        };
        var hasValue = new Access.Property(access, NullableGetter(access.Type, "get_HasValue"), World.Module.TypeSystem.Boolean);
        AddGuard(new Guard.Equal(hasValue, isNull ? 0L : 1L, Location));
        return isNull ? AbstractValue.Null
            : Read(predicted is Unknown unknown ? unknown with { Type = content } : predicted, new Access.Property(access, NullableGetter(access.Type, "get_Value"), content));
    }

    private MethodReference NullableGetter(TypeReference type, string name) => OnType(World.Resolve(type)!.Methods.First(m => m.Name == name), type);

    // What a place of that type holds of an IL integer.
    private long Held(long n, Access access) => access.Type.MetadataType switch
    {
        MetadataType.UInt32 => (uint)n,
        MetadataType.UInt16 or MetadataType.Char => (ushort)n,
        MetadataType.Byte => (byte)n,
        MetadataType.UInt64 or MetadataType.UIntPtr when n < 0 => throw Fail(Rules.UnknownBranch, access),
        _ => n,
    };

    private static Access Typed(Access access, TypeReference type) => access.Type.FullName == type.FullName ? access : new Access.Cast(access, type);

    // Only the static type is known.
    private AbstractValue ReadUnknown(Unknown u, Access access)
    {
        TypeReference type = access.Type;
        if (World.IsTensor(type))
        {
            return Shared.Places is null ? throw Fail(Rules.UnknownType, access, u.Reason)
                : Shared.Places.TensorAt(access, u.MayBeNull) is not { } tensor ? ReadNew(AbstractValue.Null, access)
                : Shared.Places.TypeOf(access.Key) is { IsComplex: true } complex ? ComplexInput(access, DType.F32, complex.Rank) : ReadNew(tensor, access);
        }

        switch (type.MetadataType)
        {
            case MetadataType.Boolean:
                bool assumed = Open(2, u.Likely == 1 ? 1 : 0) == 1;
                AddGuard(new Guard.Equal(access, assumed ? 1L : 0L, Location));
                return AbstractValue.Of(assumed);
            case MetadataType.Int32 or MetadataType.Int64 or MetadataType.Int16 or MetadataType.Byte or MetadataType.UInt32:
                return SizeInput(access, u.Likely ?? (access is Access.Argument a ? Instances.ProbableValues.Integer(a.Name) : null));
            case MetadataType.Single or MetadataType.Double:
                return ScalarInput(access, DType.F64, null);
        }

        return Shared.Places?.IsAbsent(access) == true ? ReadNew(AbstractValue.Null, access) : Structured(type, access) ?? u with { Access = access };
    }

    // An object of unknown content whose type says what it consists of; its parts are unknown in turn.
    private AbstractValue? Structured(TypeReference type, Access access)
    {
        if (type is ArrayType { Rank: 1 } array)
        {
            AddGuard(new Guard.Null(access, false, Location));
            return ListOf(type, array.ElementType, access);
        }

        if (World.Resolve(type) is not { } definition || type.MetadataType == MetadataType.String || World.IsDelegate(type))
        {
            return null;
        }

        if (definition.IsEnum)
        {
            object[] members = [.. definition.Fields.Where(f => f.IsStatic).Select(f => f.Constant).Take(8)];
            long member = members.Length == 0 ? 0 : Convert.ToInt64(members[Open(members.Length)], null);
            AddGuard(new Guard.Equal(access, member, Location));
            return AbstractValue.Of(member);
        }

        if (type is GenericInstanceType { GenericArguments: [var element] } && type.Namespace == "System.Collections.Generic")
        {
            // Behind an interface there is an array or a list: an array is taken for likely.
            TypeReference? list = Models.ModelTable.ShortName(type) switch
            {
                "List" => type,
                "IList" or "IReadOnlyList" or "ICollection" or "IReadOnlyCollection" or "IEnumerable" => new ArrayType(element),
                _ => null,
            };
            if (list is not null)
            {
                AddGuard(new Guard.ExactType(access, list, Location));
                return ListOf(list, element, Typed(access, list));
            }
        }

        if (type.Namespace == "System.Collections.Generic" && Models.ModelTable.ShortName(type) is "IDictionary" or "IReadOnlyDictionary" or "Dictionary" or "HashSet" or "ISet" or "IReadOnlySet")
        {
            AddGuard(definition.IsInterface ? new Guard.Null(access, false, Location) : new Guard.ExactType(access, type, Location));
            return new ObjectRef(new Instance(type) { IsOpaque = true }, access);
        }

        if (definition.IsValueType)
        {
            return new ObjectRef(new Instance(type) { IsStruct = true, IsOpaque = true }, access);
        }

        // A module of the user's is taken to be made as others of its class are.
        if (!IsConstructorPhase && IsOurs(type) && World.IsModule(type) && !definition.HasGenericParameters && definition.Module == World.Module && Shared.MakeModule?.Invoke(definition) is { } module)
        {
            AddGuard(new Guard.ExactType(access, module.Type, Location));
            return new ObjectRef(module, Typed(access, module.Type));
        }

        // Behind an interface of the user's there is the only class that has it.
        if (IsOurs(type) && (definition.IsInterface || definition.IsAbstract) && World.OnlyClassOf(type) is { } only && (definition.IsInterface || !World.IsModule(type)))
        {
            Instance one = !IsConstructorPhase && World.IsModule(only) ? Shared.MakeModule?.Invoke(only) ?? new Instance(only) { IsOpaque = true } : new Instance(only) { IsOpaque = true };
            AddGuard(new Guard.ExactType(access, one.Type, Location));
            return new ObjectRef(one, Typed(access, one.Type));
        }

        // Of the user's own classes the exact one is taken for likely; a sealed class is what it says.
        if (!definition.IsSealed && !definition.FullName.StartsWith("System.Tuple`", StringComparison.Ordinal) && (!IsOurs(type) || definition.IsAbstract || definition.HasGenericParameters || World.IsModule(type)))
        {
            return null;
        }

        AddGuard(new Guard.ExactType(access, type, Location));
        return new ObjectRef(new Instance(type) { IsOpaque = true }, access);
    }

    private ObjectRef ListOf(TypeReference type, TypeReference element, Access access)
    {
        int count = Shared.Places?.CountAt(access) ?? throw Fail(Rules.UnknownBranch, access);
        return new ObjectRef(new Instance(type) { Items = [.. Enumerable.Range(0, count).Select(i => new Unknown(element, $"{access}[{i}]"))] }, access);
    }

    /// <summary>A tensor read from outside: known sizes are required, unknown ones become symbols.</summary>
    public Value TensorInput(Access access, TensorType predicted)
    {
        string name = access.ToString()!;
        inputs.Add(access);
        if (access is not Access.Argument && Instances.Signatures.ShapeAt(access) is { } written && written.Sizes.Length == predicted.Rank)
        {
            predicted = predicted with { Shape = [.. predicted.Shape.Select((d, i) => d.Constant is not null ? d : written.Sizes[i] is long n ? n : written.Names[i] is { } size ? DimExpr.Symbol(PlaceTypes.EqualSizes + size) : d)] };
        }

        ImmutableArray<DimExpr> shape = [.. predicted.Shape.Select((d, i) => d.Constant is not null ? d : Fresh(Unique(symbols, $"{Identifier(name)}_{i}"), Guess(d), !d.Symbols.All(IsTold)))];
        for (int i = 0; i < shape.Length; i++)
        {
            if (predicted.Shape[i].SymbolName is { } size && size.StartsWith(PlaceTypes.EqualSizes, StringComparison.Ordinal) && !namedSizes.TryAdd(size, shape[i]))
            {
                Builder.Facts.TryEqual(shape[i], namedSizes[size]);
            }
        }

        return Builder.Input(Unique(names, name), new TensorType(predicted.DType, shape));
    }

    private readonly Dictionary<string, DimExpr> namedSizes = new(StringComparer.Ordinal);

    /// <summary>A tensor has the sizes that somebody wrote.</summary>
    /// <exception cref="LiftException">DLAOT2013: it never has.</exception>
    internal void RequireSizes(Value value, Instances.WrittenType given)
    {
        if (value.Rank != given.Sizes.Length)
        {
            throw Fail(Rules.ShapeMismatch, $"the result has {value.Rank} dimensions, and [Shape] says {given.Sizes.Length}");
        }

        for (int i = 0; i < value.Rank; i++)
        {
            DimExpr? size = given.Sizes[i] is long known ? known : given.Names[i] is { } name ? namedSizes.GetValueOrDefault(PlaceTypes.EqualSizes + name) : null;
            if (size is not null && !Builder.Facts.TryEqual(value.Shape[i], size))
            {
                throw Fail(Rules.ShapeMismatch, $"the result's size {value.Shape[i]} is never {size}, as [Shape] says");
            }
        }
    }

    // Different places can have one name in words.
    private static string Unique(HashSet<string> taken, string name)
    {
        string unique = name;
        for (int i = 2; !taken.Add(unique); i++)
        {
            unique = $"{name}__{i}";
        }

        return unique;
    }

    private DimExpr Fresh(string symbol, long? guess, bool isImprobable = false)
    {
        if (guess is long g)
        {
            Shared.Guesses[symbol] = g;
        }

        if (isImprobable)
        {
            Shared.Improbable.Add(symbol);
        }

        return DimExpr.Symbol(symbol);
    }

    internal static string Identifier(string name)
    {
        string text = new([.. (name.StartsWith("this.", StringComparison.Ordinal) ? name[5..] : name).Select(c => char.IsLetterOrDigit(c) ? c : '_')]);
        return char.IsDigit(text[0]) ? "_" + text : text;
    }

    private Size SizeInput(Access access, long? guess, bool isImprobable = false)
    {
        string symbol = Unique(symbols, Identifier(access.ToString()!));
        inputs.Add(access);
        names.Add(symbol);
        Builder.Input(symbol, TensorType.Of(DType.I64), InputKind.Scalar);
        Builder.Facts.Pin(symbol);
        AddGuard(new Guard.Compare(access, ComparisonKind.GreaterOrEqual, 0, Location)); // symbols are never negative
        if ((access is Access.Argument { Name: var argument } && Shared.Varying.Contains(argument)) || access is Access.Field { Reference.Name: StateField })
        {
            varying.Add(symbol);
        }

        return new Size(Fresh(symbol, guess, isImprobable));
    }

    /// <summary>An integer that was read from outside, as it is, and is no tensor's size.</summary>
    internal bool IsHostSize(DimExpr size) => !IsConstructorPhase && Builder.Facts.Normalize(size).SymbolName is { } symbol && Builder.Inputs.Any(i => i.Kind == InputKind.Scalar && i.Name == symbol);

    // Of iterators and async methods.
    private const string StateField = "<>1__state";

    private readonly HashSet<string> varying = new(StringComparer.Ordinal);

    private bool IsVarying(DimExpr size) => varying.Count > 0 && size.Symbols.Any(varying.Contains) && Builder.Facts.Normalize(size).Constant is null;

    private HostNumber ScalarInput(Access access, DType type, double? guess)
    {
        inputs.Add(access);
        Value value = Builder.Input(Unique(names, access.ToString()!), TensorType.Of(type), InputKind.Scalar);
        scalarReads[value] = new ScalarRead(access, guess);
        return new HostNumber(value, access.Type.MetadataType == MetadataType.Single);
    }

    /// <summary>The number of elements of a list, guarded when the list lives outside.</summary>
    internal AbstractValue CountOf(ObjectRef list, int count, MethodReference? countGetter, bool before = false)
    {
        if (!before && ChangedOf(list) is { } changed)
        {
            return AbstractValue.Of((long)Elements(changed).Count);
        }

        if (list.Access is { } access && guarded.Add($"{access.Key}.Count"))
        {
            guards.Add(new Guard.Count(access, countGetter ?? CountGetter(list.Instance.Type), count, Location));
        }

        return new Constant((long)count, Assumed: list is { Access: null, Instance.IsAssumed: true });
    }

    // Arrays have a length; everything else that we model has a Count property somewhere in its hierarchy.
    private MethodReference? CountGetter(TypeReference list)
    {
        if (list is ArrayType)
        {
            return null;
        }

        foreach (TypeReference t in World.Hierarchy(list).Concat(World.Interfaces(list)))
        {
            if (World.Resolve(t)?.Methods.FirstOrDefault(m => m is { Name: "get_Count", IsPublic: true, Parameters.Count: 0 }) is { } getter)
            {
                return OnType(getter, t);
            }
        }

        throw Fail(Rules.UnknownBranch, $"the number of elements of {list.Name}");
    }

    /// <summary>A reference to a method of a closed generic type.</summary>
    internal static MethodReference OnType(MethodReference method, TypeReference declaring)
    {
        var reference = new MethodReference(method.Name, method.ReturnType, declaring) { HasThis = method.HasThis, ExplicitThis = method.ExplicitThis, CallingConvention = method.CallingConvention };
        foreach (ParameterDefinition p in method.Parameters)
        {
            reference.Parameters.Add(new ParameterDefinition(p.ParameterType));
        }

        return reference;
    }

    /// <summary>A property of a library object, read through its public getter.</summary>
    public AbstractValue ReadProperty(ObjectRef owner, string property, AbstractValue predicted)
    {
        if (owner.Access is null)
        {
            return IsConstructorPhase || predicted is not TensorRef ? predicted : throw Fail(Rules.UnknownCall, $"{owner.Instance.Type.Name}.{property} of a module made in the method");
        }

        return FindGetter(owner.Instance.Type, property) is var (getter, type)
            ? Read(predicted, new Access.Property(owner.Access, getter, type))
            : throw Fail(Rules.UnknownCall, $"{owner.Instance.Type.Name}.{property}");
    }

    /// <summary>The public getter of a property and its type, wherever in the hierarchy it is declared.</summary>
    public (MethodReference Getter, TypeReference Type)? FindGetter(TypeReference owner, string property)
    {
        foreach (TypeReference t in World.Hierarchy(owner))
        {
            if (World.Resolve(t)?.Methods.FirstOrDefault(m => m.Name == "get_" + property && m.Parameters.Count == 0 && m.IsPublic) is { } getter)
            {
                return (OnType(getter, t), Generics.Fill(getter.ReturnType, t));
            }
        }

        return null;
    }

    /// <summary>A parameter or buffer by its name in the module.</summary>
    public AbstractValue ReadNamed(ObjectRef owner, MethodReference? getter, string name, AbstractValue predicted)
    {
        if (owner.Access is null)
        {
            return IsConstructorPhase ? predicted : throw Fail(Rules.UnknownCall, $"{name} of a module made in the method");
        }

        TypeReference module = World.Hierarchy(owner.Instance.Type).First(t => t.FullName == World.ModuleBase);
        getter ??= OnType(World.Resolve(module)!.Methods.First(m => m.Name == "get_parameter"), module);
        return Read(predicted, new Access.Named(owner.Access, getter, name, getter.ReturnType));
    }

    private readonly Dictionary<string, ExternCall> externs = new(StringComparer.Ordinal);

    /// <summary>Calls that stay calls, by the key that the graph's extern nodes carry.</summary>
    public IReadOnlyDictionary<string, ExternCall> Externs => externs;

    public string AddExtern(ExternCall call)
    {
        string key = $"{Describe(call.Method)}#{externs.Count}";
        externs[key] = call;
        return key;
    }

    /// <summary>Where the number was read as it is; null when it was computed.</summary>
    internal Access? AccessOf(HostNumber number) => scalarReads.GetValueOrDefault(number.Value)?.Access;

    // From now on the result of a call counts as contiguous, which is checked after the call.
    private void RequireDense(Value value)
    {
        string callee = value.Node!.Attributes.Get<string>("callee");
        if (externs.TryGetValue(callee, out ExternCall? call))
        {
            externs[callee] = call with { Dense = call.Dense.SetItem(value.Index, true) };
        }
    }

    /// <summary>A size that is only known once a call has returned.</summary>
    internal DimExpr NewSize(string name)
    {
        string symbol = Unique(symbols, Identifier(name));
        Builder.Facts.MarkLate(symbol);
        return DimExpr.Symbol(symbol);
    }

    /// <summary>Takes a number that was read from outside to be this one, which is checked; false when it was computed.</summary>
    internal bool PinScalar(HostNumber number, double value)
    {
        if (!scalarReads.TryGetValue(number.Value, out ScalarRead? read))
        {
            return false;
        }

        AddGuard(new Guard.Compare(read.Access, ComparisonKind.Equal, value, Location));
        return true;
    }

    /// <summary>Fixes a host number to its guess by a guard; null when there is no guess.</summary>
    internal double? PinScalar(HostNumber number)
    {
        if (!scalarReads.TryGetValue(number.Value, out ScalarRead? read) || read.Guess is not double guess)
        {
            return null;
        }

        AddGuard(new Guard.Compare(read.Access, ComparisonKind.Equal, guess, Location));
        return guess;
    }
}
