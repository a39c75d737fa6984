using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting.Models;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>Turns the abstract result into an output tree, collecting graph outputs.</summary>
internal sealed class OutputBuilder(Interpreter interpreter, List<Value> outputs)
{
    public OutputTree Build(AbstractValue v, TypeReference type)
    {
        switch (v)
        {
            case TensorRef { Object.IsDisposed: true }:
                throw interpreter.Fail(Rules.DisposedResult, "the result");
            case TensorRef { Object: { Access: { } access } }:
                return new OutputTree.Same(access);
            case TensorRef t:
                outputs.Add(t.Value);
                return new OutputTree.Tensor(outputs.Count - 1);
            case Constant { IsNull: true }:
                return new OutputTree.Null();
            case Constant { Value: { } value }:
                return new OutputTree.Constant(value, type);
            case ObjectRef { Access: null, Instance: { Items: { } items, Type: ArrayType array } }:
                return new OutputTree.Array(array.ElementType, [.. items.Select(i => Build(i, array.ElementType))]);
            case ObjectRef { Access: null, Instance: var made } when ModelTable.ShortName(made.Type) is "ValueTuple" or "Tuple" && made.Type is GenericInstanceType tuple && tuple.GenericArguments.Count <= 7:
                var constructor = new MethodReference(".ctor", interpreter.World.Module.TypeSystem.Void, tuple) { HasThis = true };
                foreach (GenericParameter p in tuple.ElementType.GenericParameters.Count > 0 ? tuple.ElementType.GenericParameters : interpreter.World.Resolve(tuple)!.GenericParameters)
                {
                    constructor.Parameters.Add(new ParameterDefinition(p));
                }

                return new OutputTree.Made(constructor, [.. tuple.GenericArguments.Select((a, i) => Build(made.Fields[$"{tuple.GetElementType().FullName}::Item{i + 1}"], a))]);
            default:
                throw interpreter.Fail(Rules.UnsupportedSignature, $"it returns {Interpreter.Name(v)}");
        }
    }
}
