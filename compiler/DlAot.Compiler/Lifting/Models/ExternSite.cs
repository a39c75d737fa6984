using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// What a call that stays a call returns: a type for each tensor, tuples and lists gone through in order; null where there is none, or
/// where nobody can use it.
/// </summary>
public delegate IReadOnlyList<TensorType?> ResultRule(CallSite site);

/// <summary>Takes a call over into the graph as it stands: receiver, tensors, lists, constants and sizes as they were given.</summary>
internal sealed class ExternSite
{
    private readonly CallSite site;
    private readonly MethodReference method;
    private readonly List<Value> operands = [];
    private readonly List<DimExpr> sizes = [];

    private ExternSite(CallSite site, MethodReference method) => (this.site, this.method) = (site, method);

    /// <summary>A model of an operation without side effects whose results have the types that the rule gives.</summary>
    /// <param name="mayShare">A result may show elements of the first tensor.</param>
    public static CallModel Model(ResultRule rule, bool mayShare = false) => s => Call(s, rule, mayShare);

    /// <summary>The value that the call returns.</summary>
    public static AbstractValue Call(CallSite s, ResultRule rule, bool mayShare = false)
    {
        if (s.MethodArguments is not null)
        {
            throw s.Unsupported("type arguments");
        }

        if (s.Optional("inplace") is not null && s.Bool("inplace"))
        {
            throw s.Unsupported("inplace");
        }

        IReadOnlyList<TensorType?> types;
        try
        {
            types = rule(s);
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            throw s.Fail(Rules.ShapeMismatch, $"{Interpreter.Describe(s.Method)}: a tensor has not the dimensions that it needs");
        }

        var call = new ExternSite(s, Closed(s));
        ImmutableArray<Value> results = call.Add(types);
        if (s.Optional("out") is TensorRef { Object: var target })
        {
            // It is computed as if there were none, and written where the others can see it.
            return results.Length == 1 ? s.Replace(target, results[0]) : throw s.Unsupported("out");
        }

        int leaf = 0, next = 0;
        return call.Returned(Generics.Fill(call.method.ReturnType, call.method.DeclaringType), types.Count, () => types[leaf++] is null ? new Unknown(null, $"a result of {Interpreter.Describe(s.Method)} that is not there") : call.Made(results[next++], mayShare));
    }

    /// <summary>
    /// The form that writes into its receiver: the one that returns a new tensor is called, and its result becomes the receiver's value.
    /// </summary>
    public static CallModel InPlace(ResultRule rule) => s =>
    {
        MethodReference own = Closed(s);
        string name = own.Name.TrimEnd('_');
        MethodDefinition pure = s.World.Resolve(own.DeclaringType)?.Methods.FirstOrDefault(m => m.Name == name && m.HasThis == own.HasThis
            && m.Parameters.Select(p => p.ParameterType.FullName).SequenceEqual(own.Parameters.Select(p => p.ParameterType.FullName))) ?? throw s.Unsupported("no form that returns a new tensor");
        return s.Replace(s.TensorObject(TensorModels.Self), ((TensorRef)Call(s with { Method = pure }, rule)).Value);
    };

    private ImmutableArray<Value> Add(IReadOnlyList<TensorType?> types)
    {
        ImmutableArray<ExternArgument> arguments = Given(site);
        ImmutableArray<TensorType> results = [.. types.OfType<TensorType>()];
        foreach (DimExpr size in results.SelectMany(r => r.Shape).Where(d => d.SymbolName is null && !DimExpr.AtLeast(d, 0)))
        {
            site.Builder.Facts.RequireAtLeast(size, 0); // plans are made for sizes that are none less
        }

        string callee = site.Interpreter.AddExtern(new ExternCall(method, arguments, [.. types.Select(t => t is not null)], [.. results.Select(_ => false)]));
        Attributes attributes = Attributes.Of(("callee", callee), ("types", results), ("pure", true));
        return site.Builder.AddAll(Op.Extern, sizes.Count > 0 ? attributes.With("sizes", sizes.ToImmutableArray()) : attributes, [.. operands]);
    }

    private ImmutableArray<ExternArgument> Given(CallSite s) => [.. s.Arguments.Select((v, i) => Argument(v, i < s.Names.Length ? s.Names[i] : "this"))];

    private ExternArgument Argument(AbstractValue v, string name)
    {
        if (name is "out" or "device")
        {
            return new ExternArgument.Null(); // a result that is not on the CPU is found by the check
        }

        switch (BclModels.Unwrapped(v))
        {
            case Boxed boxed:
                return Argument(boxed.Content, name);
            case Constant { Value: null }:
                return new ExternArgument.Null();
            case Constant c:
                return new ExternArgument.Constant(c.Value!, c.IsSingle);
            case Size size:
                sizes.Add(size.Value);
                return new ExternArgument.Size(sizes.Count - 1);
            case HostNumber { Value: { Node: null, Index: var input } }:
                return new ExternArgument.Outside(site.Interpreter.Inputs[input]);
            case ComplexTensor { Access: { } access }:
                return new ExternArgument.Outside(access);
            case ComplexTensor { Site: { } made }:
                return new ExternArgument.Nested(Closed(made), Given(made));
            case TensorRef { Object.IsDisposed: true }:
                throw site.Fail(Rules.DisposedResult, Interpreter.Describe(site.Method));
            case TensorRef t:
                operands.Add(t.Value);
                return new ExternArgument.Operand(operands.Count - 1);
            case ObjectRef { Instance.Items: not null } list when !site.World.IsModule(list.Instance.Type):
                return new ExternArgument.List([.. site.Items(list, name).Select(i => Argument(i, name))]);
            case ObjectRef { Access: null, Instance: { Type: GenericInstanceType type } tuple } when ModelTable.ShortName(type) is "ValueTuple" or "Tuple":
                return new ExternArgument.List([.. type.GenericArguments.Select((_, i) => Argument(tuple.Fields[$"{type.ElementType.FullName}::Item{i + 1}"], name))]);
            case ObjectRef { Access: { } access, Instance.IsStruct: false }:
                return new ExternArgument.Outside(access);
            case var other:
                throw site.Unsupported($"{name} being {Interpreter.Name(other)}");
        }
    }

    private TensorRef Made(Value value, bool mayShare) =>
        mayShare && site.Arguments.OfType<TensorRef>().FirstOrDefault() is { } shared ? site.NewTensor(shared.Object.Sharing(value)) : site.NewTensor(value);

    // The tensors of a return type, in order.
    private AbstractValue Returned(TypeReference type, int count, Func<AbstractValue> next)
    {
        if (World.IsTensor(type))
        {
            return next();
        }

        if (type is GenericInstanceType tuple && ModelTable.ShortName(tuple) is "ValueTuple" or "Tuple" && type is GenericInstanceType items)
        {
            return BclModels.NewTuple(items, [.. items.GenericArguments.Select(a => Returned(a, count, next))]);
        }

        return type is ArrayType { ElementType: var e } && World.IsTensor(e) || type is GenericInstanceType { GenericArguments: [var a] } && World.IsTensor(a)
            ? Interpreter.NewList(type, [.. Enumerable.Range(0, count).Select(_ => next())])
            : throw site.Unsupported($"a result of type {type.Name}");
    }

    // The method on the type that declares it, with generic arguments as the receiver's class fills them.
    private static MethodReference Closed(CallSite s)
    {
        TypeReference declaring = s.Method.DeclaringType;
        if (!declaring.ContainsGenericParameter && declaring is not { HasGenericParameters: true } || declaring is GenericInstanceType { ContainsGenericParameter: false })
        {
            return s.Method;
        }

        TypeReference receiver = s.Find("this") is ObjectRef o ? o.Instance.Type : s.Declaring;
        TypeReference? closed = s.World.Hierarchy(receiver).FirstOrDefault(t => t.GetElementType().FullName == declaring.GetElementType().FullName);
        return Interpreter.OnType(s.Method, closed ?? s.Declaring);
    }
}
