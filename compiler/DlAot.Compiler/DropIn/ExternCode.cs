using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using DlAot.Ir.Plans;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>One extern step while it is written: its operands and attributes as arguments of a TorchSharp call.</summary>
internal sealed class ExternCode(Il il, ExternStep step, Plan plan, TensorCode tensors, DimCode dims, TorchMembers torch)
{
    public Il Il { get; } = il;

    public TorchMembers Torch { get; } = torch;

    public Attributes Attributes => step.Node.Attributes;

    public int OperandCount => step.Operands.Length;

    public TensorType Operand(int index) => plan.Buffers[step.Operands[index]].Type;

    public TensorType Result => plan.Buffers[step.Results[0]].Type;

    /// <summary>Pushes an operand, null when it is absent.</summary>
    public void Push(int operand)
    {
        if (operand < step.Operands.Length && step.Operands[operand] >= 0)
        {
            tensors.Push(step.Operands[operand]);
        }
        else
        {
            Il.Null();
        }
    }

    public void PushDim(DimExpr dim) => dims.Push(dim);

    public void PushArray(IEnumerable<DimExpr> sizes) => tensors.PushArray([.. sizes]);

    public void PushArray(IEnumerable<long> numbers) => tensors.PushArray([.. numbers.Select(n => (DimExpr)n)]);

    public void PushSpan(ImmutableArray<DimExpr> sizes, MethodReference method, int parameter) => tensors.PushSpan(sizes, method.Parameters[parameter].ParameterType);

    public void PushType(DType? type, MethodReference method, int parameter)
    {
        if (type is { } given)
        {
            tensors.PushOptionalType(given);
        }
        else
        {
            PushDefault(method, parameter);
        }
    }

    /// <summary>Pushes a <c>long?</c>.</summary>
    public void PushOptional(long value, MethodReference method, int parameter)
    {
        Il.Long(value);
        Il.New(tensors.Nullable((GenericInstanceType)method.Parameters[parameter].ParameterType));
    }

    /// <summary>Pushes the default value of a value type parameter.</summary>
    public void PushDefault(MethodReference method, int parameter)
    {
        VariableDefinition local = Il.Local(method.Parameters[parameter].ParameterType);
        Il.LoadAddress(local);
        Il.Type(OpCodes.Initobj, local.VariableType);
        Il.Load(local);
    }

    /// <summary>The attribute's list with one entry for each of so many dimensions.</summary>
    public ImmutableArray<long> PerDimension(string attribute, int count, long missing) =>
        Attributes.Get(attribute, ImmutableArray<long>.Empty) switch
        {
            { IsDefaultOrEmpty: true } => [.. Enumerable.Repeat(missing, count)],
            { Length: 1 } one => [.. Enumerable.Repeat(one[0], count)],
            var list => list,
        };

    /// <summary>Writes the step.</summary>
    public void Write()
    {
        if (!ExternTable.Rows.TryGetValue(step.Node.Op.Name, out Action<ExternCode>? row))
        {
            throw new StubException(Rules.StubNotWritten, step.Node.Location, $"the call of {step.Node.Op.Name}", "there is no library function for it");
        }

        row(this);
        tensors.Take(step.Results[0]);
    }
}
