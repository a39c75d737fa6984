using Mono.Cecil;

namespace DlAot.Compiler.DropIn;

/// <summary>The base library's members that stubs call.</summary>
internal sealed class CoreMembers(TypeImporter types)
{
    private TypeSystem Basic => types.Module.TypeSystem;

    public TypeReference Type => types.Core("System", "Type");

    public TypeReference MethodBase => types.Core("System.Reflection", "MethodBase");

    public TypeReference Exception => types.Core("System", "Exception");

    /// <summary><c>Type Object.GetType()</c></summary>
    public MethodReference GetObjectType => Instance(Basic.Object, "GetType", Type);

    public MethodReference TypeFromHandle => Static(Type, "GetTypeFromHandle", Type, types.Core("System", "RuntimeTypeHandle", true));

    public MethodReference AssemblyOfType => Instance(Type, "get_Assembly", Assembly);

    public MethodReference ModuleOfType => Instance(Type, "get_Module", types.Core("System.Reflection", "Module"));

    public MethodReference LocationOfAssembly => Instance(Assembly, "get_Location", Basic.String);

    public MethodReference NameOfModule => Instance(types.Core("System.Reflection", "Module"), "get_Name", Basic.String);

    /// <summary>Assembly.LoadFrom(path)</summary>
    public MethodReference LoadAssembly => Static(Assembly, "LoadFrom", Assembly, Basic.String);

    public MethodReference TextLength => Instance(Basic.String, "get_Length", Basic.Int32);

    /// <summary>String.Substring(start, length)</summary>
    public MethodReference PartOfText => Instance(Basic.String, "Substring", Basic.String, Basic.Int32, Basic.Int32);

    public MethodReference JoinTexts => Static(Basic.String, "Concat", Basic.String, Basic.String, Basic.String);

    public TypeReference Assembly => types.Core("System.Reflection", "Assembly");

    /// <summary>An object of a type, no constructor run.</summary>
    public MethodReference NewUninitialized => Static(types.Core("System.Runtime.CompilerServices", "RuntimeHelpers"), "GetUninitializedObject", Basic.Object, Type);

    public MethodReference TypesEqual => Static(Type, "op_Equality", Basic.Boolean, Type, Type);

    public MethodReference StringsEqual => Static(Basic.String, "Equals", Basic.Boolean, Basic.String, Basic.String);

    public MethodReference DoubleBits => Static(types.Core("System", "BitConverter"), "DoubleToInt64Bits", Basic.Int64, Basic.Double);

    public MethodReference KeepAlive => Static(types.Core("System", "GC"), "KeepAlive", Basic.Void, Basic.Object);

    public MethodReference MethodFromHandle => Static(
        MethodBase, "GetMethodFromHandle", MethodBase, types.Core("System", "RuntimeMethodHandle", true), types.Core("System", "RuntimeTypeHandle", true));

    public MethodReference DelegateMethod => Instance(types.Core("System", "Delegate"), "get_Method", types.Core("System.Reflection", "MethodInfo"));

    public MethodReference HasSingleTarget => Instance(types.Core("System", "Delegate"), "get_HasSingleTarget", Basic.Boolean);

    public MethodReference ObjectEquals => Instance(Basic.Object, "Equals", Basic.Boolean, Basic.Object);

    /// <summary>Math.Max or Math.Min of two i64.</summary>
    public MethodReference Extreme(string name) => Static(types.Core("System", "Math"), name, Basic.Int64, Basic.Int64, Basic.Int64);

    public MethodReference SquareRoot => Static(types.Core("System", "Math"), "Sqrt", Basic.Double, Basic.Double);

    /// <summary>A constructor of an attribute, or of an exception.</summary>
    public MethodReference Constructor(TypeReference type, params TypeReference[] parameters) => Instance(type, ".ctor", Basic.Void, parameters);

    public static MethodReference Instance(TypeReference declaring, string name, TypeReference returns, params TypeReference[] parameters) => Make(declaring, name, returns, true, parameters);

    public static MethodReference Static(TypeReference declaring, string name, TypeReference returns, params TypeReference[] parameters) => Make(declaring, name, returns, false, parameters);

    private static MethodReference Make(TypeReference declaring, string name, TypeReference returns, bool hasThis, TypeReference[] parameters)
    {
        var method = new MethodReference(name, returns, declaring) { HasThis = hasThis };
        foreach (TypeReference p in parameters)
        {
            method.Parameters.Add(new ParameterDefinition(p));
        }

        return method;
    }
}
