using System.Text;
using DlAot.Compiler.DropIn;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Profiling;

/// <summary>
/// The class that instrumented code calls. It finds the recorder by the path in an environment variable and asks it for a delegate,
/// so that the assembly refers to nothing new and runs as ever where the variable is not set.
/// </summary>
internal sealed class RecordingClass
{
    /// <summary>Holds the path of DlAot.Recorder.dll.</summary>
    public const string RecorderVariable = "DLAOT_RECORDER";

    private readonly TypeImporter types;
    private readonly CoreMembers core;
    private readonly TypeDefinition type;
    private readonly FieldDefinition counts, record;
    private readonly StringBuilder methods = new(), branches = new();
    private int methodCount, branchCount;

    public RecordingClass(TypeImporter types, CoreMembers core)
    {
        (this.types, this.core) = (types, core);
        TypeSystem basic = types.Module.TypeSystem;
        type = new TypeDefinition("", "<DlAot>Recording", TypeAttributes.NotPublic | TypeAttributes.Sealed | TypeAttributes.Abstract, basic.Object);
        type.Fields.Add(counts = new FieldDefinition("counts", FieldAttributes.Private | FieldAttributes.Static | FieldAttributes.InitOnly, new ArrayType(basic.Int64)));
        type.Fields.Add(record = new FieldDefinition("record", FieldAttributes.Private | FieldAttributes.Static | FieldAttributes.InitOnly, Action));
        types.Module.Types.Add(type);
        Count = WriteCount();
        Note = WriteNote();
    }

    /// <summary><c>void Count(int)</c></summary>
    public MethodDefinition Count { get; }

    /// <summary><c>void Note(int id, object self, object[] arguments)</c></summary>
    public MethodDefinition Note { get; }

    private GenericInstanceType Action => new(types.Core("System", "Action`3")) { GenericArguments = { types.Module.TypeSystem.Int32, types.Module.TypeSystem.Object, new ArrayType(types.Module.TypeSystem.Object) } };

    /// <returns>The id.</returns>
    public int Add(string kind, string name, IEnumerable<string> parameters)
    {
        methods.Append(kind).Append('\t').Append(name).Append(string.Concat(parameters.Select(p => "\t" + p))).Append('\n');
        return methodCount++;
    }

    /// <returns>The branch's number.</returns>
    public int AddBranch(string method, string code, int offset, int line)
    {
        branches.Append(null, $"B\t{method}\t{code}\t{offset}\t{line}\n");
        return branchCount++;
    }

    /// <summary>Writes what finds the recorder, once all is added.</summary>
    public void Finish()
    {
        TypeSystem basic = types.Module.TypeSystem;
        MethodDefinition initializer = NewMethod(".cctor", MethodAttributes.Private | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName);
        VariableDefinition path = new(basic.String), open = new(types.Core("System.Reflection", "MethodInfo"));
        initializer.Body.Variables.Add(path);
        initializer.Body.Variables.Add(open);
        var il = new Il(initializer.Body);
        il.Int(2 * branchCount);
        il.Type(OpCodes.Newarr, basic.Int64);
        il.Field(OpCodes.Stsfld, counts);

        // try { if (Environment.GetEnvironmentVariable(..) is { } path) record = Assembly.LoadFrom(path).GetType(..).GetMethod("Open").Invoke(null, { table, counts }); } catch { }
        Instruction none = Il.Label();
        il.Attempt(basic.Object, () =>
        {
            il.Text(RecorderVariable);
            il.Call(CoreMembers.Static(types.Core("System", "Environment"), "GetEnvironmentVariable", basic.String, basic.String));
            il.Store(path);
            il.Load(path);
            il.Jump(OpCodes.Brfalse, none);
            il.Load(path);
            il.Call(core.LoadAssembly);
            il.Text("DlAot.Recorder.Session");
            il.CallVirtual(CoreMembers.Instance(core.Assembly, "GetType", core.Type, basic.String));
            il.Text("Open");
            il.CallVirtual(CoreMembers.Instance(core.Type, "GetMethod", types.Core("System.Reflection", "MethodInfo"), basic.String));
            il.Store(open);
            il.Load(open);
            il.Null();
            il.Int(2);
            il.Type(OpCodes.Newarr, basic.Object);
            il.Op(OpCodes.Dup);
            il.Int(0);
            il.Text($"{methods}{branches}");
            il.Op(OpCodes.Stelem_Ref);
            il.Op(OpCodes.Dup);
            il.Int(1);
            il.Field(OpCodes.Ldsfld, counts);
            il.Op(OpCodes.Stelem_Ref);
            il.CallVirtual(CoreMembers.Instance(core.MethodBase, "Invoke", basic.Object, basic.Object, new ArrayType(basic.Object)));
            il.Type(OpCodes.Castclass, Action);
            il.Field(OpCodes.Stsfld, record);
            il.Mark(none);
        });
        il.Return();
    }

    private MethodDefinition WriteCount()
    {
        MethodDefinition method = NewMethod("Count", MethodAttributes.Assembly, types.Module.TypeSystem.Int32);
        var il = new Il(method.Body);
        il.Field(OpCodes.Ldsfld, counts);
        il.Load(method.Parameters[0]);
        il.Type(OpCodes.Ldelema, types.Module.TypeSystem.Int64);
        il.Op(OpCodes.Dup);
        il.Op(OpCodes.Ldind_I8);
        il.Int(1);
        il.Op(OpCodes.Conv_I8);
        il.Op(OpCodes.Add);
        il.Op(OpCodes.Stind_I8);
        il.Return();
        return method;
    }

    private MethodDefinition WriteNote()
    {
        TypeSystem basic = types.Module.TypeSystem;
        MethodDefinition method = NewMethod("Note", MethodAttributes.Assembly, basic.Int32, basic.Object, new ArrayType(basic.Object));
        var il = new Il(method.Body);
        Instruction none = Il.Label();
        il.Field(OpCodes.Ldsfld, record);
        il.Jump(OpCodes.Brfalse, none);
        il.Field(OpCodes.Ldsfld, record);
        foreach (ParameterDefinition p in method.Parameters)
        {
            il.Load(p);
        }

        il.CallVirtual(CoreMembers.Instance(Action, "Invoke", basic.Void, types.TypeParameter(0), types.TypeParameter(1), types.TypeParameter(2)));
        il.Mark(none);
        il.Return();
        return method;
    }

    private MethodDefinition NewMethod(string name, MethodAttributes attributes, params TypeReference[] parameters)
    {
        var method = new MethodDefinition(name, attributes | MethodAttributes.Static | MethodAttributes.HideBySig, types.Module.TypeSystem.Void);
        foreach (TypeReference p in parameters)
        {
            method.Parameters.Add(new ParameterDefinition(p));
        }

        type.Methods.Add(method);
        return method;
    }
}
