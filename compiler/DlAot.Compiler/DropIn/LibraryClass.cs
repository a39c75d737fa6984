using System.Collections.Immutable;
using System.Runtime.InteropServices;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>
/// The classes that a drop-in gets once: <c>&lt;DlAot&gt;Library</c> with only static readonly fields, which the JIT takes as constants
/// (Enabled, the ties to other assemblies, and the regions), <c>&lt;DlAot&gt;Constants</c> with fixed arrays and delegate targets (those
/// of another assembly's methods in a class of their own, since a build of it that lacks them must spoil nothing else), and <c>&lt;DlAot&gt;Data</c> with
/// specifications in the image and frame types, which needs no initialisation.
/// </summary>
internal sealed partial class LibraryClass
{
    private const TypeAttributes StaticClass = TypeAttributes.NotPublic | TypeAttributes.Abstract | TypeAttributes.Sealed | TypeAttributes.BeforeFieldInit;

    private readonly TypeImporter types;
    private readonly CoreMembers core;
    private readonly RuntimeMembers runtime;
    private readonly TorchMembers torch;
    private readonly TypeDefinition library, constants, data;
    private readonly Dictionary<string, TypeDefinition> targetClasses = new(StringComparer.Ordinal);
    private readonly Dictionary<Tie, FieldDefinition> ties = [];
    private readonly FieldDefinition enabled;
    private readonly SortedDictionary<int, FieldDefinition> regions = [];
    private readonly Dictionary<string, FieldDefinition> arrays = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (FieldDefinition Field, MethodReference Method)> targets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FieldDefinition> specifications = new(StringComparer.Ordinal);
    private readonly Dictionary<int, TypeDefinition> blocks = [];
    private readonly Dictionary<string, MethodDefinition> arithmetic = new(StringComparer.Ordinal);
    private MethodDefinition? handleOf;

    public LibraryClass(TypeImporter types, CoreMembers core, RuntimeMembers runtime, TorchMembers torch)
    {
        (this.types, this.core, this.runtime, this.torch) = (types, core, runtime, torch);
        library = Class("<DlAot>Library");
        constants = Class("<DlAot>Constants");
        data = Class("<DlAot>Data");
        enabled = ReadOnlyField(library, "Enabled", Basic.Boolean);
    }

    private TypeSystem Basic => types.Module.TypeSystem;

    /// <summary>Whether compiled code may run.</summary>
    public FieldReference Enabled => enabled;

    /// <summary>The entry point of a region.</summary>
    public FieldReference Region(int number)
    {
        if (!regions.TryGetValue(number, out FieldDefinition? field))
        {
            regions[number] = field = ReadOnlyField(library, $"Region{number}", Basic.IntPtr);
        }

        return field;
    }

    /// <summary>Whether the other assembly is the build that was compiled in.</summary>
    public FieldReference Tie(Tie tie)
    {
        if (!ties.TryGetValue(tie, out FieldDefinition? field))
        {
            ties[tie] = field = ReadOnlyField(library, $"Tie{ties.Count}", Basic.Boolean);
        }

        return field;
    }

    /// <summary>Names of the assemblies that there are ties to.</summary>
    public IEnumerable<string> TiedTo => ties.Keys.Select(t => t.Name).Distinct();

    /// <summary>An array that nobody writes.</summary>
    public FieldReference Longs(ImmutableArray<long> values)
    {
        string key = string.Join(",", values);
        if (!arrays.TryGetValue(key, out FieldDefinition? field))
        {
            arrays[key] = field = ReadOnlyField(constants, $"Longs{arrays.Count}", new ArrayType(Basic.Int64));
        }

        return field;
    }

    /// <summary>The reflection object of a method, to compare a delegate's with.</summary>
    public FieldReference Target(MethodReference method)
    {
        string key = method.FullName;
        if (!targets.TryGetValue(key, out var target))
        {
            targets[key] = target = (ReadOnlyField(TargetClass(method), $"Target{targets.Count}", core.MethodBase), method);
        }

        return target.Field;
    }

    private TypeDefinition TargetClass(MethodReference method)
    {
        string scope = World.ScopeName(method.DeclaringType);
        if (method.DeclaringType.Module is null || scope == types.Module.Assembly.Name.Name || World.IsTorchSharp(method.DeclaringType) || scope.StartsWith("System", StringComparison.Ordinal))
        {
            return constants;
        }

        if (!targetClasses.TryGetValue(scope, out TypeDefinition? owner))
        {
            targetClasses[scope] = owner = Class($"<DlAot>Constants.{scope}");
        }

        return owner;
    }

    /// <summary>A stream of int32, aligned to 4, in the image.</summary>
    public FieldReference Specification(ReadOnlySpan<int> stream)
    {
        byte[] bytes = MemoryMarshal.AsBytes(stream).ToArray();
        string key = Convert.ToHexString(bytes);
        if (!specifications.TryGetValue(key, out FieldDefinition? field))
        {
            field = new FieldDefinition($"Specification{specifications.Count}", FieldAttributes.Static | FieldAttributes.Assembly | FieldAttributes.InitOnly | FieldAttributes.HasFieldRVA, Block(bytes.Length, 4))
            {
                InitialValue = bytes,
            };
            data.Fields.Add(field);
            specifications[key] = field;
        }

        return field;
    }

    /// <summary>A value type of so many bytes.</summary>
    public TypeReference Block(int bytes, short alignment = 8)
    {
        int key = (bytes * 16) + alignment;
        if (!blocks.TryGetValue(key, out TypeDefinition? block))
        {
            block = new TypeDefinition(
                "", $"Block{bytes}_{alignment}", TypeAttributes.NestedAssembly | TypeAttributes.ExplicitLayout | TypeAttributes.Sealed | TypeAttributes.BeforeFieldInit, types.Core("System", "ValueType"))
            {
                ClassSize = bytes,
                PackingSize = alignment,
            };
            data.NestedTypes.Add(block);
            blocks[key] = block;
        }

        return block;
    }

    /// <summary><c>nint HandleOf(Tensor? t)</c>: 0 for null and for a disposed one.</summary>
    public MethodReference HandleOf => handleOf ??= MakeHandleOf();

    /// <summary><c>long FloorDiv(long, long)</c> or <c>long Mod(long, long)</c>, rounding toward minus infinity; the divisor is not 0.</summary>
    public MethodReference Arithmetic(string name)
    {
        if (!arithmetic.TryGetValue(name, out MethodDefinition? method))
        {
            arithmetic[name] = method = MakeArithmetic(name);
        }

        return method;
    }

    /// <summary>Adds the classes to the module.</summary>
    public void Finish(DropInOptions options)
    {
        WriteLibraryConstructor(options);
        types.Module.Types.Add(library);
        foreach (TypeDefinition owner in targetClasses.Values.Prepend(constants).Where(c => c.HasFields))
        {
            WriteConstants(owner);
            types.Module.Types.Add(owner);
        }

        types.Module.Types.Add(data);
    }

    private TypeDefinition Class(string name)
    {
        var type = new TypeDefinition("", name, StaticClass, Basic.Object);
        type.CustomAttributes.Add(new CustomAttribute(core.Constructor(types.Core("System.Runtime.CompilerServices", "CompilerGeneratedAttribute"))));
        return type;
    }

    private static FieldDefinition ReadOnlyField(TypeDefinition owner, string name, TypeReference type)
    {
        var field = new FieldDefinition(name, FieldAttributes.Static | FieldAttributes.Assembly | FieldAttributes.InitOnly, type);
        owner.Fields.Add(field);
        return field;
    }

    private static MethodDefinition Method(string name, TypeReference returns, params TypeReference[] parameters)
    {
        var method = new MethodDefinition(name, MethodAttributes.Assembly | MethodAttributes.Static | MethodAttributes.HideBySig, returns);
        foreach (TypeReference p in parameters)
        {
            method.Parameters.Add(new ParameterDefinition(p));
        }

        return method;
    }

    private MethodDefinition StaticConstructor(TypeDefinition owner)
    {
        var method = new MethodDefinition(
            ".cctor", MethodAttributes.Private | MethodAttributes.Static | MethodAttributes.HideBySig | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName, Basic.Void);
        owner.Methods.Add(method);
        return method;
    }
}
