using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Recurrent layers: run by the user's own layer, with known result types.</summary>
internal static class RecurrentModels
{
    /// <summary>Input [N,T,I] (batch first) or [T,N,I]; output, last hidden and last cell state (Modules.LSTM).</summary>
    public static AbstractValue Lstm(CallSite s)
    {
        ObjectRef self = LayerModels.Self(s);
        if (self.Access is null || self.Instance.IsOpaque || s.Optional("h0_c0") is not null)
        {
            throw s.Unsupported("an initial state");
        }

        if (!s.Interpreter.IsCertain(self.Access))
        {
            throw s.Fail(Rules.UnknownBranch, $"how {self.Access} was made, which the layer does not tell");
        }

        Value x = s.Tensor("input");
        if (x.Rank != 3)
        {
            throw s.Fail(Rules.ShapeMismatch, $"LSTM of an input of rank {x.Rank}");
        }

        if (s.Method.Name == "call")
        {
            s.Interpreter.AddGuard(new Guard.NoHooks(self.Access, s.Interpreter.Location));
        }

        if (ModuleModels.Training(s, self) is not Constant { Value: 0L })
        {
            throw s.Fail(Rules.RandomNumbers, "LSTM");
        }

        Dictionary<string, AbstractValue> facts = self.Instance.Facts;
        bool Flag(string name) => facts.GetValueOrDefault(name) switch
        {
            null => false,
            Constant { Value: long n, Assumed: false } => n != 0,
            _ => throw s.Fail(Rules.UnknownBranch, name), // the layer does not tell, so a guess cannot be checked
        };
        long layers = facts.GetValueOrDefault("numLayers") switch
        {
            Constant { Value: long n } => n,
            Size size when s.Interpreter.Guess(size.Value) is long guess => guess, // guarded by the last layer's weight below
            _ => throw s.Fail(Rules.UnknownBranch, "numLayers"),
        };
        long directions = Flag("bidirectional") ? 2 : 1;
        DimExpr hidden = ReadHiddenSize(s, self, layers);
        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        DimExpr batch = Flag("batchFirst") ? shape[0] : shape[1];
        var state = new TensorType(x.DType, [layers * directions, batch, hidden]);
        ImmutableArray<TensorType> types = [new TensorType(x.DType, [shape[0], shape[1], hidden * directions]), state, state];
        string callee = s.Interpreter.AddExtern(new ExternCall(s.Method, self.Access, x.DType));
        ImmutableArray<Value> results = s.Builder.AddAll(Op.Extern, Attributes.Of(("callee", callee), ("types", types), ("pure", true)), x);
        return BclModels.NewTuple(s.ReturnType, [.. results.Select(r => s.NewTensor(r))]);
    }

    // The recurrent weight of the last layer, [4 * hidden, hidden], gives the hidden size and proves the number of layers.
    private static DimExpr ReadHiddenSize(CallSite s, ObjectRef self, long layers)
    {
        DimExpr known = self.Instance.Facts.TryGetValue("hiddenSize", out AbstractValue? v) && Interpreter.AsDim(v) is { } d ? d : DimExpr.Symbol("hidden");
        s.Interpreter.ReadNamed(self, null, $"weight_hh_l{layers}", AbstractValue.Null);
        AbstractValue weight = s.Interpreter.ReadNamed(self, null, $"weight_hh_l{layers - 1}", TorchModels.OfType(TensorType.Of(DType.F32, known * 4, known)));
        return s.Builder.TypeOf(((TensorRef)weight).Value).Shape[1];
    }
}
