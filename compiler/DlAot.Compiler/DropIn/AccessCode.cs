using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>
/// Evaluates access paths, each once: what was read is kept in a local. A path is evaluated where it is first asked for, which is
/// after the guards on everything before it.
/// </summary>
internal sealed class AccessCode(Il il, MethodDefinition method, World world, TypeImporter types, RuntimeMembers runtime)
{
    private readonly Dictionary<string, VariableDefinition> known = new(StringComparer.Ordinal);
    private readonly CoreMembers core = new(types);

    /// <summary>Pushes the value.</summary>
    public void Load(Access access)
    {
        if (access is Access.Argument argument)
        {
            LoadArgument(argument);
            return;
        }

        Keep(access);
        il.Load(known[Key(access)]);
    }

    /// <summary>Evaluates the path now, if it has not been.</summary>
    public void Keep(Access access)
    {
        if (access is Access.Argument || known.ContainsKey(Key(access)))
        {
            return;
        }

        Evaluate(access);
        VariableDefinition local = known[Key(access)] = il.Local(types.Import(access.Type));
        il.Store(local);
    }

    /// <summary>The field as a member of the owner's closed type.</summary>
    public FieldReference FieldOf(Access owner, FieldReference field) => types.Import(field, Closed(field.DeclaringType, owner.Type));

    /// <summary>The static type of a value, as a reference in the module.</summary>
    public TypeReference TypeOf(Access access) => types.Import(access.Type);

    private void LoadArgument(Access.Argument argument)
    {
        if (argument.Index == 0)
        {
            il.LoadThis();
        }
        else
        {
            il.Load(method.Parameters[argument.Index - 1]);
        }
    }

    private void Evaluate(Access access)
    {
        switch (access)
        {
            case Access.Field { Of: var of, Reference: var field }:
                Load(of);
                il.Field(OpCodes.Ldfld, FieldOf(of, field));
                break;
            case Access.Static { Reference: var field }:
                il.Field(OpCodes.Ldsfld, types.Import(field));
                break;
            case Access.State { Getter: var getter }:
                il.Call(types.Import(getter));
                break;
            case Access.Property { Of: var of, Getter: var getter }:
                LoadReceiver(of);
                il.CallVirtual(types.Import(getter, Closed(getter.DeclaringType, of.Type)));
                break;
            case Access.Named { Of: var of, Getter: var getter, Name: var name }:
                LoadReceiver(of);
                il.Text(name);
                foreach (ParameterDefinition p in getter.Parameters.Skip(1))
                {
                    LoadDefault(p.ParameterType);
                }

                il.CallVirtual(types.Import(getter, Closed(getter.DeclaringType, of.Type)));
                break;
            case Access.Element { Of: var of, Index: var index, Getter: null }:
                Load(of);
                il.Int(index);
                il.Type(OpCodes.Ldelem_Any, types.Import(access.Type));
                return;
            case Access.Element { Of: var of, Index: var index, Getter: { } getter }:
                LoadReceiver(of);
                il.Int(index);
                il.CallVirtual(types.Import(getter, Closed(getter.DeclaringType, of.Type)));
                break;
            case Access.Keyed { Of: var of, At: var at, Getter: var getter }:
                LoadReceiver(of);
                LoadKey(at, Generics.Fill(getter.Parameters[0].ParameterType, getter.DeclaringType));
                il.CallVirtual(types.Import(getter, Closed(getter.DeclaringType, of.Type)));
                break;
            case Access.Walk { Of: var of, Method: var walk, Arguments: var arguments, IsFirst: var isFirst }:
                LoadReceiver(of);
                foreach (bool argument in arguments)
                {
                    il.Bool(argument);
                }

                il.CallVirtual(types.Import(walk, Closed(walk.DeclaringType, of.Type)));
                il.Call(isFirst ? runtime.First : runtime.All);
                break;
            case Access.Elements { Of: var of, Enumerator: null }:
                Load(of);
                il.Call(runtime.All);
                break;
            case Access.Elements { Of: var of, Enumerator: { } enumerator }:
                LoadReceiver(of);
                il.CallVirtual(types.Import(enumerator, Closed(enumerator.DeclaringType, of.Type)));
                il.Call(runtime.Rest);
                break;
            case Access.Root { Of: var of, More: var more }:
                Load(of);
                il.Op(OpCodes.Conv_I8);
                il.Long(more);
                il.Op(OpCodes.Add);
                il.Op(OpCodes.Conv_R8);
                il.Call(core.SquareRoot);
                il.Op(OpCodes.Conv_I8);
                break;
            case Access.Cast { Of: var of }:
                Load(of);
                il.Type(access.Type.IsValueType ? OpCodes.Unbox_Any : OpCodes.Castclass, types.Import(access.Type));
                break;
            default:
                throw new StubException(Rules.StubNotWritten, access, "this way of reading is not known");
        }
    }

    /// <summary>Pushes what an optional parameter gets that the user leaves out.</summary>
    public void LoadDefault(TypeReference type)
    {
        VariableDefinition local = il.Local(types.Import(type));
        il.LoadAddress(local);
        il.Type(OpCodes.Initobj, local.VariableType);
        il.Load(local);
    }

    /// <summary>Pushes a key of a dictionary: a string or a number of the given type.</summary>
    public void LoadKey(object key, TypeReference type)
    {
        switch (key)
        {
            case string text:
                il.Text(text);
                break;
            case long n when type.MetadataType is MetadataType.Int64 or MetadataType.UInt64:
                il.Long(n);
                break;
            case long n when type.MetadataType is MetadataType.Int32 or MetadataType.UInt32 or MetadataType.Int16 or MetadataType.UInt16 or MetadataType.Byte or MetadataType.SByte or MetadataType.Char or MetadataType.Boolean:
                il.Int((int)n);
                break;
            default:
                throw new StubException(Rules.StubNotWritten, key, $"a key of type {type.Name}");
        }
    }

    /// <summary>Pushes the value, or its address when it is a struct, as the receiver of a call.</summary>
    public void LoadReceiver(Access access)
    {
        if (!access.Type.IsValueType)
        {
            Load(access);
            return;
        }

        Load(access);
        VariableDefinition copy = il.Local(types.Import(access.Type));
        il.Store(copy);
        il.LoadAddress(copy);
    }

    /// <summary>The generic type that declares a member, closed as its owner's hierarchy closes it; null when it is fine as it is.</summary>
    private TypeReference? Closed(TypeReference declaring, TypeReference owner)
    {
        if (!declaring.ContainsGenericParameter && !(declaring.HasGenericParameters && declaring is not GenericInstanceType))
        {
            return null;
        }

        return world.Hierarchy(owner).FirstOrDefault(t => t.GetElementType().FullName == declaring.GetElementType().FullName)
            ?? throw new StubException(Rules.StubNotWritten, declaring.Name, $"it is no base type of {owner.Name}");
    }

    // The text form leaves out namespaces.
    private static string Key(Access access) => access switch
    {
        Access.Argument a => $"a{a.Index}",
        Access.Field f => $"{Key(f.Of)}.f:{f.Reference.FullName}",
        Access.Static s => $"s:{s.Reference.FullName}",
        Access.State s => $"t:{s.Getter.FullName}",
        Access.Property p => $"{Key(p.Of)}.p:{p.Getter.FullName}",
        Access.Named n => $"{Key(n.Of)}.n:{n.Getter.FullName}:{n.Name}",
        Access.Element e => $"{Key(e.Of)}[{e.Index}]:{e.Getter?.FullName}",
        Access.Keyed k => $"{Key(k.Of)}[{(k.At is string ? $"\"{k.At}\"" : k.At)}]:{k.Getter.FullName}",
        Access.Elements e => $"{Key(e.Of)}.all",
        Access.Root r => $"sqrt({Key(r.Of)}+{r.More})",
        Access.Walk w => $"{Key(w.Of)}.w:{w.Method.FullName}({string.Join(",", w.Arguments)}){w.IsFirst}",
        Access.Cast c => $"{Key(c.Of)}:{c.Type.FullName}",
        _ => access.ToString()!,
    };
}
