using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// <c>dynamic</c>: the C# compiler's call sites, bound here as the runtime would bind them to the objects that are there. Where more than
/// one overload could be meant, or something is converted that only the runtime binder knows how, the call is not known.
/// </summary>
internal static class DynamicModels
{
    private const int StaticType = 32, Plain = 1 | 2; // CSharpArgumentInfoFlags: IsStaticType; UseCompileTimeType, Constant

    private static readonly Dictionary<long, string> Operators = new()
    {
        // System.Linq.Expressions.ExpressionType
        [0] = "op_Addition", [12] = "op_Division", [13] = "op_Equality", [15] = "op_GreaterThan", [16] = "op_GreaterThanOrEqual", [20] = "op_LessThan", [21] = "op_LessThanOrEqual",
        [26] = "op_Multiply", [28] = "op_UnaryNegation", [35] = "op_Inequality", [42] = "op_Subtraction",
    };

    public static void Register(ModelTable t)
    {
        foreach (string kind in new[] { "Convert", "InvokeMember", "GetMember", "GetIndex", "BinaryOperation", "UnaryOperation" })
        {
            t[$"Binder.{kind}"] = s => new ObjectRef(new Instance(s.ReturnType) { Facts = { ["binder"] = new Operation(kind, s.Arguments) } });
        }

        t["CSharpArgumentInfo.Create"] = s => BclModels.NewFacts(s.ReturnType, ("flags", s.Argument("flags")));
        t["CallSite.Create"] = s =>
        {
            ObjectRef site = BclModels.NewFacts(s.Declaring);
            site.Instance.Fields[$"{s.Declaring.GetElementType().FullName}::Target"] =
                s.Arguments[0] is ObjectRef { Instance.Facts: var facts } && facts.TryGetValue("binder", out AbstractValue? operation) ? operation : throw s.Unsupported("this operation on a dynamic object");
            return site;
        };
    }

    /// <summary>What a call site does to the objects that it is given.</summary>
    /// <param name="Given">Flags first, then the type, the operation or the name; of a call the types and descriptions of arguments.</param>
    internal sealed record Operation(string Kind, AbstractValue[] Given) : AbstractValue;

    /// <summary>The call of a call site's target: the site itself, then the operands.</summary>
    public static AbstractValue? Run(CallSite s, Operation operation)
    {
        AbstractValue[] operands = s.Arguments[2..];
        var types = (GenericInstanceType)s.Declaring;
        TypeReference[] declared = [.. types.GenericArguments.Skip(1).Take(operands.Length)];
        switch (operation.Kind)
        {
            case "Convert":
                TypeReference target = (operation.Given[1] as Token)?.Member as TypeReference ?? throw s.Unsupported("a conversion");
                return s.Interpreter.ConvertDynamic(operands[0], target);
            case "GetMember":
                return Member(s, operands[0], "get_" + Text(s, operation), []);
            case "GetIndex" when operands is [ObjectRef { Instance.Type: ArrayType { Rank: 1 } type } array, var index]:
                return s.Interpreter.Box(s.Interpreter.LoadElement(array, BclModels.Unwrapped(index) is Boxed b ? b.Content : BclModels.Unwrapped(index)), type.ElementType);
            case "BinaryOperation" or "UnaryOperation" when operation.Given[1] is Constant { Value: long code } && Operators.TryGetValue(code, out string? name) && operands.Any(o => BclModels.Unwrapped(o) is TensorRef):
                return Bound(s, operands.Select(BclModels.Unwrapped).OfType<TensorRef>().First(), name, operands, declared, isStatic: true);
            case "InvokeMember" when operation.Given[2] is Constant { IsNull: true }:
                AbstractValue[] flags = [.. s.Items(operation.Given[4], "argumentInfo").Select(i => ((ObjectRef)i).Instance.Facts["flags"])];
                if (flags.Any(f => f is not Constant { Value: long bits } || (bits & ~(Plain | StaticType)) != 0))
                {
                    throw s.Unsupported("arguments by name or by reference");
                }

                string member = Text(s, operation);
                return flags[0] is Constant { Value: long first } && (first & StaticType) != 0
                    ? Bound(s, operands[0], member, operands[1..], declared[1..], isStatic: true)
                    : s.Interpreter.IsModuleCall(operands[0], member) && operands[0] is ObjectRef module ? s.Interpreter.CallModule(module, member == "call", operands[1..])
                    : Bound(s, operands[0], member, operands[1..], declared[1..], isStatic: false);
            default:
                throw s.Unsupported($"{operation.Kind} of a dynamic object");
        }
    }

    private static string Text(CallSite s, Operation operation) => operation.Given[1] is Constant { Value: string name } ? name : throw s.Unsupported("an unknown member");

    private static AbstractValue? Member(CallSite s, AbstractValue receiver, string getter, AbstractValue[] arguments) => Bound(s, receiver, getter, arguments, [], isStatic: false);

    private static AbstractValue? Bound(CallSite s, AbstractValue receiver, string name, AbstractValue[] arguments, TypeReference[] declared, bool isStatic)
    {
        receiver = BclModels.Unwrapped(receiver);
        TypeReference type = TypeOf(s, receiver) ?? throw s.Fail(Rules.UndeterminableTarget, name, Interpreter.Name(receiver));
        TypeReference?[] given = [.. arguments.Select((a, i) => i < declared.Length && declared[i].FullName != "System.Object" ? declared[i] : TypeOf(s, BclModels.Unwrapped(a)))];
        var found = new List<(MethodDefinition Method, TypeReference Declaring, bool IsExact)>();
        foreach (TypeReference t in s.World.Hierarchy(type))
        {
            foreach (MethodDefinition m in (s.World.Resolve(t)?.Methods ?? []).Where(m => m.Name == name && m.IsPublic && m.IsStatic == isStatic && !m.HasGenericParameters && !m.Parameters.Any(p => p.ParameterType.IsByReference)))
            {
                if (m.Parameters.Count >= arguments.Length && m.Parameters.Skip(arguments.Length).All(p => p.HasDefault) && m.Parameters.Zip(given).All(p => Takes(s, Generics.Fill(p.First.ParameterType, t), p.Second)))
                {
                    found.Add((m, t, m.Parameters.Count == arguments.Length && m.Parameters.Zip(given).All(p => Generics.Fill(p.First.ParameterType, t).FullName == p.Second?.FullName)));
                }
            }

            if (found.Count > 0)
            {
                break;
            }
        }

        found = found.Exists(f => f.IsExact) ? found.FindAll(f => f.IsExact) : found;
        if (found is not [var (method, declaring, _)])
        {
            throw s.Unsupported($"a dynamic call of {name}");
        }

        AbstractValue[] all =
        [
            .. isStatic ? Array.Empty<AbstractValue>() : [receiver],
            .. arguments.Select(a => BclModels.Unwrapped(a) is Boxed b ? b.Content : a),
            .. method.Parameters.Skip(arguments.Length).Select(p => p.Constant is null ? s.Interpreter.DefaultOf(p.ParameterType) : new Constant(p.Constant is string or double ? p.Constant : Convert.ToInt64(p.Constant, null))),
        ];
        AbstractValue? result = s.Interpreter.Call(declaring is GenericInstanceType ? Interpreter.OnType(method, declaring) : method, declaring, null, all, isVirtual: !isStatic);
        return result is null ? AbstractValue.Null : s.Interpreter.Box(result, Generics.Fill(method.ReturnType, declaring));
    }

    // Implicit conversions that change nothing here: to a base type, from an integer to a wider one, to a Scalar.
    private static bool Takes(CallSite s, TypeReference parameter, TypeReference? given) =>
        given is null ? !parameter.IsValueType || World.IsNullable(parameter)
        : given.FullName == parameter.FullName || s.World.IsAssignable(given, parameter)
            || (given.MetadataType == MetadataType.Int32 && parameter.MetadataType == MetadataType.Int64)
            || (parameter.FullName == "TorchSharp.Scalar" && given.MetadataType is MetadataType.Int32 or MetadataType.Int64 or MetadataType.Single or MetadataType.Double);

    private static TypeReference? TypeOf(CallSite s, AbstractValue v) => v switch
    {
        TensorRef => s.World.Module.GetTypeReferences().FirstOrDefault(t => t.FullName == World.TensorName),
        ObjectRef o => s.Interpreter.Exact(o).Instance.Type,
        Boxed b => b.Type,
        Token { Member: TypeReference type } => type,
        Constant { Value: string } => s.World.Module.TypeSystem.String,
        _ => null,
    };
}
