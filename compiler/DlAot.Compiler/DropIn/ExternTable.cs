using System.Collections.Frozen;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.DropIn;

/// <summary>
/// How each op is called in TorchSharp: a row pushes the arguments and calls, which leaves the result on the stack. Arguments that a
/// user would leave out get their defaults.
/// </summary>
internal static class ExternTable
{
    public static FrozenDictionary<string, Action<ExternCode>> Rows { get; } = new Dictionary<string, Action<ExternCode>>(StringComparer.Ordinal)
    {
        ["linear"] = c => Functional(c, "linear", 3),
        ["matmul"] = c => Function(c, "matmul", 2),
        ["conv"] = Convolution,
        ["max_pool"] = MaxPool,
        ["avg_pool"] = AvgPool,
        ["reshape"] = c => OfTensor(c, "reshape", ["long[]"], _ => c.PushArray(c.Attributes.Dims("shape"))),
        ["contiguous"] = c => OfTensor(c, "contiguous", [], _ => { }),
        ["permute"] = c => OfTensor(c, "permute", ["long[]"], _ => c.PushArray(c.Attributes.Ints("dims"))),
        ["flip"] = c => OfTensor(c, "flip", ["long[]"], _ => c.PushArray(c.Attributes.Ints("dims"))),
        ["expand"] = c => OfTensor(c, "expand", ["ReadOnlySpan<long>", "bool"], method =>
        {
            c.PushSpan(c.Attributes.Dims("shape"), method, 0);
            c.Il.Bool(false);
        }),
        ["slice"] = Slice,
        ["cumsum"] = c => OfTensor(c, "cumsum", ["long", "ScalarType?"], method =>
        {
            c.Il.Long(c.Attributes.Int("dim"));
            c.PushType(c.Result.DType.IsFloat() ? null : c.Result.DType, method, 1); // integers sum in i64 unless told
        }),
        ["softmax"] = c => OfTensor(c, "softmax", ["long", "ScalarType?"], method =>
        {
            c.Il.Long(c.Attributes.Int("dim"));
            c.PushDefault(method, 1);
        }),
        ["layer_norm"] = LayerNorm,
        ["batch_norm"] = BatchNorm,
        ["gather"] = c => OfTensor(c, "gather", ["long", "Tensor"], _ =>
        {
            c.Il.Long(c.Attributes.Int("dim"));
            c.Push(1);
        }),
        ["take"] = Take,
        ["concat"] = Concat,
        ["cast"] = c => OfTensor(c, "to_type", ["ScalarType", "bool", "bool", "bool"], _ =>
        {
            c.Il.Int(TorchMembers.NumberOf(c.Attributes.Get<DType>("dtype")));
            c.Il.Bool(false);
            c.Il.Bool(false);
            c.Il.Bool(false);
        }),
        ["where"] = c => Function(c, "where", 3),
        ["sum"] = c => OfTensor(c, "sum", ["long[]", "bool", "ScalarType?"], method =>
        {
            c.PushArray(c.Attributes.Ints("dims"));
            c.Il.Bool(c.Attributes.Bool("keepdim"));
            c.PushDefault(method, 2);
        }),
        ["mean"] = c => OfTensor(c, "mean", ["long[]", "bool", "ScalarType?"], method =>
        {
            c.PushArray(c.Attributes.Ints("dims"));
            c.Il.Bool(c.Attributes.Bool("keepdim"));
            c.PushDefault(method, 2);
        }),
        ["exp"] = c => Function(c, "exp", 1),
        ["log"] = c => Function(c, "log", 1),
        ["sqrt"] = c => Function(c, "sqrt", 1),
        ["tanh"] = c => Function(c, "tanh", 1),
        ["sigmoid"] = c => Function(c, "sigmoid", 1),
        ["abs"] = c => Function(c, "abs", 1),
        ["neg"] = c => Function(c, "neg", 1),
        ["relu"] = c => OfTensor(c, "relu", [], _ => { }),
        ["add"] = c => OfTensor(c, "add", ["Tensor"], _ => c.Push(1)),
        ["sub"] = c => OfTensor(c, "sub", ["Tensor"], _ => c.Push(1)),
        ["mul"] = c => OfTensor(c, "mul", ["Tensor"], _ => c.Push(1)),
        ["div"] = c => OfTensor(c, "div", ["Tensor", "RoundingMode"], _ =>
        {
            c.Push(1);
            c.Il.Int(0);
        }),
        ["maximum"] = c => Function(c, "maximum", 2),
        ["minimum"] = c => Function(c, "minimum", 2),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static string[] Tensors(int count) => [.. Enumerable.Repeat("Tensor", count)];

    private static void Function(ExternCode c, string name, int operands)
    {
        PushAll(c, operands);
        c.Il.Call(c.Torch.Function(name, Tensors(operands)));
    }

    private static void Functional(ExternCode c, string name, int operands)
    {
        PushAll(c, operands);
        c.Il.Call(c.Torch.Functional(name, Tensors(operands)));
    }

    private static void OfTensor(ExternCode c, string name, string[] parameters, Action<MethodReference> pushArguments)
    {
        MethodReference method = c.Torch.OfTensor(name, parameters);
        c.Push(0);
        pushArguments(method);
        c.Il.CallVirtual(method);
    }

    private static void PushAll(ExternCode c, int operands)
    {
        for (int i = 0; i < operands; i++)
        {
            c.Push(i);
        }
    }

    private static void Convolution(ExternCode c)
    {
        int spatial = c.Operand(1).Rank - 2;
        string list = spatial == 1 ? "long?" : "long[]";
        MethodReference method = c.Torch.Functional($"conv{spatial}d", "Tensor", "Tensor", "Tensor", list, list, list, "long");
        PushAll(c, 3);
        PushWindow(c, method, 3, spatial, ("stride", 1), ("padding", 0), ("dilation", 1));
        c.PushDim(c.Attributes.Dim("groups"));
        c.Il.Call(method);
    }

    private static void MaxPool(ExternCode c)
    {
        int spatial = c.Attributes.Ints("kernel").Length;
        MethodReference method = spatial == 1
            ? c.Torch.Functional("max_pool1d", "Tensor", "long", "long?", "long?", "long?", "bool")
            : c.Torch.Functional($"max_pool{spatial}d", "Tensor", "long[]", "long[]", "long[]", "long[]", "bool");
        c.Push(0);
        PushKernel(c, spatial);
        PushWindow(c, method, 2, spatial, ("stride", 1), ("padding", 0), ("dilation", 1));
        c.Il.Bool(c.Attributes.Bool("ceil_mode"));
        c.Il.Call(method);
    }

    private static void AvgPool(ExternCode c)
    {
        int spatial = c.Attributes.Ints("kernel").Length;
        MethodReference method = spatial == 1
            ? c.Torch.Functional("avg_pool1d", "Tensor", "long", "long?", "long?", "bool", "bool")
            : c.Torch.Functional($"avg_pool{spatial}d", "Tensor", "long[]", "long[]", "long[]", "bool", "bool", "long?");
        c.Push(0);
        PushKernel(c, spatial);
        PushWindow(c, method, 2, spatial, ("stride", 1), ("padding", 0));
        c.Il.Bool(c.Attributes.Bool("ceil_mode"));
        c.Il.Bool(c.Attributes.Bool("count_include_pad"));
        if (spatial > 1)
        {
            c.PushDefault(method, 6);
        }

        c.Il.Call(method);
    }

    private static void PushKernel(ExternCode c, int spatial)
    {
        if (spatial == 1)
        {
            c.Il.Long(c.Attributes.Ints("kernel")[0]);
        }
        else
        {
            c.PushArray(c.Attributes.Ints("kernel"));
        }
    }

    // One dimension takes numbers, more take arrays.
    private static void PushWindow(ExternCode c, MethodReference method, int first, int spatial, params (string Attribute, long Missing)[] attributes)
    {
        for (int i = 0; i < attributes.Length; i++)
        {
            var values = c.PerDimension(attributes[i].Attribute, spatial, attributes[i].Missing);
            if (spatial == 1)
            {
                c.PushOptional(values[0], method, first + i);
            }
            else
            {
                c.PushArray(values);
            }
        }
    }

    private static void Slice(ExternCode c)
    {
        DimExpr start = c.Attributes.Dim("start"), length = c.Attributes.Dim("length");
        long step = c.Attributes.Get("step", 1L);
        OfTensor(c, "slice", ["long", "long", "long", "long"], _ =>
        {
            c.Il.Long(c.Attributes.Int("dim"));
            c.PushDim(start);
            c.PushDim(start + (length * step)); // past the end is cut off
            c.Il.Long(step);
        });
    }

    private static void LayerNorm(ExternCode c)
    {
        int next = 1;
        c.Push(0);
        c.PushArray(c.Operand(0).Shape.TakeLast((int)c.Attributes.Int("axes")));
        c.Push(c.Attributes.Bool("weight") ? next++ : int.MaxValue);
        c.Push(c.Attributes.Bool("bias") ? next : int.MaxValue);
        c.Il.Double(c.Attributes.Float("eps"));
        c.Il.Call(c.Torch.Functional("layer_norm", "Tensor", "long[]", "Tensor", "Tensor", "double"));
    }

    private static void BatchNorm(ExternCode c)
    {
        int next = 3;
        PushAll(c, 3);
        c.Push(c.Attributes.Bool("weight") ? next++ : int.MaxValue);
        c.Push(c.Attributes.Bool("bias") ? next : int.MaxValue);
        c.Il.Bool(false);
        c.Il.Double(0.1); // momentum, which only training uses
        c.Il.Double(c.Attributes.Float("eps"));
        c.Il.Call(c.Torch.Functional("batch_norm", "Tensor", "Tensor", "Tensor", "Tensor", "Tensor", "bool", "double", "double"));
    }

    private static void Take(ExternCode c)
    {
        if (c.Operand(1).Rank != 1)
        {
            throw new StubException(Rules.StubNotWritten, "the call of take", $"an index of rank {c.Operand(1).Rank} has no library function");
        }

        OfTensor(c, "index_select", ["long", "Tensor"], _ =>
        {
            c.Il.Long(c.Attributes.Int("dim"));
            c.Push(1);
        });
    }

    private static void Concat(ExternCode c)
    {
        c.Il.NewArray(c.Torch.Tensor, c.OperandCount, c.Push);
        c.Il.Long(c.Attributes.Int("dim"));
        c.Il.Call(c.Torch.Function("cat", "Tensor[]", "long"));
    }
}
