using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// Layers of TorchSharp.Modules. A factory (<c>nn.Linear</c>) makes an instance that remembers its arguments; a forward
/// (<c>Linear.forward</c>) reads parameters through the layer's public properties and adds the op.
/// </summary>
internal static class LayerModels
{
    public static void Register(ModelTable t)
    {
        t["Linear.forward"] = s => Result(s, Op.Linear, Attributes.None, Input(s), [Weight(s, "weight", s.Fact("out", "outputSize"), s.Fact("in", "inputSize")), Bias(s, "hasBias", s.Fact("out", "outputSize"))]);
        foreach (int n in new[] { 1, 2, 3 })
        {
            t[$"Conv{n}d.forward"] = s => Convolution(s, n);
        }

        t["BatchNorm.forward"] = BatchNorm; // the base class of BatchNorm1d to 3d

        t["LayerNorm.forward"] = LayerNorm;
        t["Embedding.forward"] = Embedding;
        t.Add(s => ModuleModels.Training(s, Self(s)) is Constant { Value: 0L } || s.FactNumber("p", 0.5) == 0 ? s.NewTensor(Input(s), s.TensorObject("tensor", "input", "x")) : throw s.Fail(Rules.RandomNumbers, "Dropout"), "Dropout.forward", "Dropout1d.forward", "Dropout2d.forward", "Dropout3d.forward", "AlphaDropout.forward", "FeatureAlphaDropout.forward");
        t["Identity.forward"] = s => s.NewTensor(Input(s), s.TensorObject("tensor", "input", "x"));
        t["Softmax.forward"] = s => Activation(s, x => s.Builder.Add(Op.Softmax, Attributes.Of(("dim", (long)s.FactNumber("dim", -1))), LaneModels.FloatOf(s, x)));
        t["LogSoftmax.forward"] = s => Activation(s, x => s.Builder.Add(Op.LogSoftmax, Attributes.Of(("dim", (long)s.FactNumber("dim", -1))), LaneModels.FloatOf(s, x)));
        t["Flatten.forward"] = s => ShapeOps.Flatten(s, s.TensorObject("tensor", "input", "x"), (long)s.FactNumber("start_dim", 1), (long)s.FactNumber("end_dim", -1));
        foreach (int n in new[] { 1, 2 })
        {
            t[$"MaxPool{n}d.forward"] = s => Pool(s, Op.MaxPool, n);
            t[$"AvgPool{n}d.forward"] = s => Pool(s, Op.AvgPool, n);
        }

        foreach (int n in new[] { 1, 2, 3 })
        {
            t[$"AdaptiveAvgPool{n}d.forward"] = s => s.NewTensor(WindowModels.Adapted(s, n, Input(s), s.FactInts("output_size", n)));
        }
    }

    public static ObjectRef Self(CallSite s) => ModuleModels.Receiver(s);

    public static Value Input(CallSite s) => s.Tensor("tensor", "input", "x");

    public static AbstractValue Made(CallSite s)
    {
        var instance = new Instance(s.ReturnType);
        for (int i = 0; i < s.Arguments.Length; i++)
        {
            // padding is a number of elements, or an enum in some overloads.
            string name = i < s.Method.Parameters.Count && s.Method.Parameters[i].ParameterType.Name == "Padding" ? "padding_type" : s.Names[i];
            instance.Facts[name] = s.Arguments[i];
        }

        return new ObjectRef(instance);
    }

    // A size that the factory was told; a fresh symbol when it is not known.
    public static DimExpr Fact(this CallSite s, string symbol, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (Self(s).Instance.Facts.TryGetValue(name, out AbstractValue? v) && Interpreter.AsDim(v) is { } d)
            {
                return d;
            }
        }

        return DimExpr.Symbol(symbol); // replaced by a symbol of the input that is read
    }

    /// <summary>
    /// What the layer was made with. A layer that lives outside is asked through its public property, so that a changed or wrongly
    /// guessed setting fails a guard; without such a property only a certain value counts.
    /// </summary>
    private static AbstractValue? FactOf(CallSite s, string name)
    {
        ObjectRef self = Self(s);
        AbstractValue? predicted = self.Instance.Facts.GetValueOrDefault(name);
        if (self.Access is not null && s.Interpreter.FindGetter(self.Instance.Type, name) is var (_, type) && !Reading.World.IsTensor(type) && !Reading.World.IsNullable(type))
        {
            predicted ??= self.Instance.IsOpaque ? new Unknown(type, $"{name} of {self.Instance.Type.Name}") : null;
            return predicted is null ? null : s.Interpreter.ReadProperty(self, name, predicted);
        }

        if (predicted is null && !self.Instance.IsOpaque && !HasParameter(s, self.Instance.Type, name))
        {
            return null;
        }

        return predicted is null or Constant { Assumed: false } && (self.Access is null || s.Interpreter.IsCertain(self.Access))
            ? predicted
            : throw s.Fail(Rules.UnknownBranch, $"{name} of {self.Instance.Type.Name}, which the layer does not tell");
    }

    // Some factory of the layer takes such an argument, so that it need not have its default.
    private static bool HasParameter(CallSite s, TypeReference layer, string name) =>
        s.Interpreter.World.Resolve(layer)?.Module.GetType("TorchSharp.torch/nn")?.Methods.Any(m => m.Name == layer.Name && m.Parameters.Any(p => p.Name == name)) != false;

    public static double FactNumber(this CallSite s, string name, double missing) => FactOf(s, name) switch
    {
        Constant { Value: double d } => d,
        Constant { Value: long n } => n,
        null or Constant { IsNull: true } when !Self(s).Instance.IsOpaque => missing,
        HostNumber h when s.Interpreter.PinScalar(h) is double pinned => pinned,
        Size size => Pinned(s, size, name),
        HostNumber h when Self(s).Instance.IsOpaque && s.Interpreter.PinScalar(h, missing) => missing,
        var other => throw s.Fail(Rules.UnknownBranch, $"{name} of {Self(s).Instance.Type.Name} ({(other is null ? "unknown" : Interpreter.Name(other))})"),
    };

    public static ImmutableArray<long> FactInts(this CallSite s, string name, int count, long? missing = null) =>
        [.. (Setting(s, name, count, missing) ?? throw s.Fail(Rules.UnknownBranch, $"{name} of {Self(s).Instance.Type.Name}")).Select(v => v is Size size ? Pinned(s, size, name) : s.Known(v, name))];

    // Numbers that the layer was made with, as it tells them; null when nothing is known of them.
    private static AbstractValue[]? Setting(CallSite s, string name, int count, long? missing)
    {
        ObjectRef self = Self(s);
        AbstractValue? predicted = self.Instance.Facts.GetValueOrDefault(name);
        if (predicted is null or Constant { IsNull: true })
        {
            return missing is long m && !self.Instance.IsOpaque ? [.. Enumerable.Repeat(AbstractValue.Of(m), count)] : null;
        }

        if (predicted is Unknown)
        {
            return null;
        }

        // One number stands for all dimensions; the property is an array of them.
        IReadOnlyList<AbstractValue> items = s.Items(predicted, name);
        AbstractValue[] all = [.. Enumerable.Range(0, count).Select(i => items[items.Count == 1 ? 0 : i])];
        if (self.Access is not null && s.Interpreter.FindGetter(self.Instance.Type, name) is (_, ArrayType type))
        {
            all = [.. s.Items(s.Interpreter.ReadProperty(self, name, Interpreter.NewList(type, all)), name)];
        }

        return all;
    }

    // A number that differs from object to object is taken to be the likely one, or the layer itself is called.
    private static long Pinned(CallSite s, Size size, string name) => s.Interpreter.Guess(size.Value) is long guess && s.Interpreter.PinsSettings
        ? s.Interpreter.PinTo(size, guess) : throw s.Fail(Rules.UnknownBranch, $"{name} of {Self(s).Instance.Type.Name}");

    public static Value Weight(CallSite s, string property, params ReadOnlySpan<DimExpr> shape) =>
        s.Interpreter.ReadProperty(Self(s), property, TorchModels.OfType(TensorType.Of(DTypeOf(s), shape))) is TensorRef t ? t.Value : throw s.Fail(Rules.UnknownType, property, "the layer has none");

    private static Value? Bias(CallSite s, string flag, params ReadOnlySpan<DimExpr> shape)
    {
        bool present = Self(s).Instance.Facts.GetValueOrDefault(flag) is not { } v ? !Self(s).Instance.IsOpaque || s.Interpreter.Decisions.Take(true) : s.Interpreter.Decide(v, preferred: true);
        return s.Interpreter.ReadProperty(Self(s), "bias", present ? TorchModels.OfType(TensorType.Of(DTypeOf(s), shape)) : AbstractValue.Null) is TensorRef t ? t.Value : null;
    }

    private static DType DTypeOf(CallSite s) => Self(s).Instance.Facts.GetValueOrDefault("dtype") switch
    {
        Constant { Value: long code } => TorchTypes.FromCode(code),
        Size size when s.Interpreter.Guess(size.Value) is long code => TorchTypes.FromCode(code),
        _ => null,
    } ?? DType.F32;

    private static TensorRef Result(CallSite s, OpDef op, Attributes attributes, Value input, ReadOnlySpan<Value?> parameters)
    {
        Value[] operands = [input, .. parameters.ToArray().OfType<Value>()];
        if (op != Op.BatchNorm && operands.Length > 1)
        {
            s.Interpreter.RequireSameDType(input, operands[1], () => s.Fail(Rules.ShapeMismatch, $"{op.Name} of {input.Type} with {operands[1].Type}"));
        }

        return s.NewTensor(s.Builder.Add(op, attributes, operands));
    }

    public static TensorRef Activation(CallSite s, Func<Value, Value> apply)
    {
        TensorObject x = s.TensorObject("tensor", "input", "x");
        Value y = apply(x.Value);
        return s.FactNumber("inplace", 0) != 0 ? s.Replace(x, y) : s.NewTensor(y);
    }

    private static TensorRef Convolution(CallSite s, int spatial)
    {
        Dictionary<string, AbstractValue> facts = Self(s).Instance.Facts;
        bool isNamed = facts.TryGetValue("padding_type", out AbstractValue? named) && named is not Constant { IsNull: true };
        if (Self(s).Instance.IsOpaque || (isNamed && named is not Constant { Assumed: false }))
        {
            throw s.Unsupported("this padding");
        }

        if (isNamed && Self(s).Access is { } access && !s.Interpreter.IsCertain(access))
        {
            throw s.Fail(Rules.UnknownBranch, "padding_type");
        }

        ImmutableArray<long> kernel = s.FactInts("kernel_size", spatial);
        DimExpr outputs = s.Fact("out", "out_channels"), inputs = s.Fact("in", "in_channels"), groups = Groups(s, inputs, out DimExpr perGroup);
        Value weight = Weight(s, "weight", [outputs, perGroup, .. kernel.Select(k => (DimExpr)k)]);
        var window = new WindowModels.Window(s.FactInts("stride", spatial, 1), isNamed ? null : s.FactInts("padding", spatial, 0), s.FactInts("dilation", spatial, 1));
        return s.NewTensor(WindowModels.Convolved(s, spatial, Input(s), weight, Bias(s, "bias", outputs), window, groups, isNamed && named is Constant { Value: 1L }, (long)s.FactNumber("padding_mode", 0)));
    }

    // A convolution that was told as many groups as channels is one of each channel for itself, however many they are.
    private static DimExpr Groups(CallSite s, DimExpr inputs, out DimExpr perGroup)
    {
        bool isDepthwise = Self(s).Instance.Facts.GetValueOrDefault("groups") is { } told && Interpreter.AsDim(told) is { Constant: null } number && number == inputs;
        DimExpr groups = isDepthwise && FactOf(s, "groups") is { } own && Interpreter.AsDim(own) is { } known ? known : (DimExpr)(long)s.FactNumber("groups", 1);
        perGroup = isDepthwise ? 1 : DimExpr.FloorDiv(inputs, groups);
        return groups;
    }

    private static TensorRef BatchNorm(CallSite s)
    {
        if (ModelTable.ShortName(Self(s).Instance.Type) is "BatchNorm2d" or "BatchNorm3d")
        {
            s.RequireRank(Input(s), Self(s).Instance.Type.Name == "BatchNorm2d" ? 4 : 5);
        }

        if (!HasFeatures(ModelTable.ShortName(Self(s).Instance.Type), Input(s).Rank))
        {
            throw s.Fail(Rules.AlwaysThrows, $"{Self(s).Instance.Type.Name} of an input of rank {Input(s).Rank}");
        }

        bool isTraining = ModuleModels.Training(s, Self(s)) is not Constant { Value: 0L };
        if (s.FactNumber("track_running_stats", 1) == 0)
        {
            throw s.Unsupported("batch statistics");
        }

        DimExpr features = s.Fact("features", "num_features", "features");
        bool affine = s.FactNumber("affine", 1) != 0;
        if (isTraining)
        {
            return s.NewTensor(BatchStatistics.Normalised(s, Input(s), features, affine ? Weight(s, "weight", features) : null, affine ? Weight(s, "bias", features) : null, s.FactNumber("eps", 1e-5)));
        }

        List<Value?> parameters = [Weight(s, "running_mean", features), Weight(s, "running_var", features)];
        if (affine)
        {
            parameters.AddRange([Weight(s, "weight", features), Weight(s, "bias", features)]);
        }

        return Result(s, Op.BatchNorm, Attributes.Of(("eps", s.FactNumber("eps", 1e-5)), ("weight", affine), ("bias", affine)), Input(s), [.. parameters]);
    }

    private static bool HasFeatures(string layer, int rank) => layer switch
    {
        "BatchNorm1d" => rank is 2 or 3,
        "BatchNorm2d" => rank == 4,
        "BatchNorm3d" => rank == 5,
        _ => false,
    };

    private static TensorRef LayerNorm(CallSite s)
    {
        // The normalised sizes are checked through the weight's; without one they must be certain. Of a layer of which nothing is known
        // one dimension is normalised.
        ImmutableArray<DimExpr> shape = Self(s).Instance.Facts.GetValueOrDefault("normalized_shape") is { } told and not Unknown { Type: not ArrayType }
            ? [.. s.Items(told, "normalized_shape").Select(v => Interpreter.AsDim(v) ?? DimExpr.Symbol("d"))] : [DimExpr.Symbol("d")];
        if (s.FactNumber("elementwise_affine", 1) == 0)
        {
            // The sizes are read back from the layer.
            shape = [.. Setting(s, "normalized_shape", shape.Length, null)?.Select(v => Interpreter.AsDim(v) ?? s.Known(v, "normalized_shape")) ?? throw s.Fail(Rules.UnknownBranch, "normalized_shape of LayerNorm")];
            ImmutableArray<DimExpr> own = s.Builder.TypeOf(Input(s)).Shape;
            return shape.Length <= own.Length && shape.Zip(own[^shape.Length..]).All(d => s.Builder.Facts.TryEqual(d.First, d.Second))
                ? Result(s, Op.LayerNorm, Attributes.Of(("axes", (long)shape.Length), ("eps", s.FactNumber("eps", 1e-5)), ("weight", false), ("bias", false)), Input(s), [])
                : throw s.Fail(Rules.ShapeMismatch, "LayerNorm: the normalised sizes are not those of the input");
        }

        List<Value?> parameters = [Weight(s, "weight", shape.AsSpan()), Bias(s, "bias", shape.AsSpan())];
        (bool affine, bool bias) = (true, parameters[1] is not null);

        return Result(s, Op.LayerNorm, Attributes.Of(("axes", (long)shape.Length), ("eps", s.FactNumber("eps", 1e-5)), ("weight", affine), ("bias", bias)), Input(s), [.. parameters]);
    }

    private static TensorRef Embedding(CallSite s)
    {
        // The layer does not tell its max_norm, which makes it rewrite its weight.
        if (Self(s) is { Instance: { IsOpaque: false, Facts: var facts } } self && (self.Access is null || s.Interpreter.IsCertain(self.Access) || s.Interpreter.HasPlainEmbeddings(self.Access))
            ? facts.GetValueOrDefault("max_norm") is not (null or Constant { IsNull: true }) : true)
        {
            throw s.Unsupported("max_norm");
        }

        Value index = Input(s);
        s.RequireInteger(index);
        Value table = Weight(s, "weight", s.Fact("count", "num_embeddings"), s.Fact("dims", "embedding_dims"));
        return s.NewTensor(s.Builder.Add(Op.Take, Attributes.Of(("dim", 0L)), table, index));
    }

    /// <summary>A layer takes only tensors of this rank.</summary>
    public static void RequireRank(this CallSite s, Value x, int rank)
    {
        if (x.Rank != rank)
        {
            s.Interpreter.Correct(x, p => p with { Rank = rank }, s.Fail(Rules.ShapeMismatch, $"{Interpreter.Describe(s.Method)} of a tensor of rank {x.Rank}"), isOfRank: true);
        }
    }

    /// <summary>An index must be an integer: a graph input that was taken for a float is lifted again as i64.</summary>
    public static void RequireInteger(this CallSite s, Value index)
    {
        if (!index.DType.IsInteger())
        {
            s.Interpreter.Correct(index, p => p with { DType = DType.I64, IsIndex = true }, s.Fail(Rules.ShapeMismatch, $"an index of {index.DType.Name()}"), isOfRank: false);
        }
    }

    /// <summary>A mask must be of bools: a graph input that was taken for something else is lifted again as one.</summary>
    public static void RequireBool(this CallSite s, Value mask, string otherwise)
    {
        if (mask.DType != DType.Bool)
        {
            s.Interpreter.Correct(mask, p => p with { DType = DType.Bool, IsIndex = true }, s.Fail(Rules.AlwaysThrows, otherwise), isOfRank: false);
        }
    }

    /// <summary>Bits are those of integers or bools: a float that was only taken for one is lifted again as what is likely there.</summary>
    public static Value RequireBits(this CallSite s, Value x, DType likely)
    {
        if (x.DType.IsFloat())
        {
            s.Interpreter.Correct(x, p => p with { DType = likely, IsIndex = true }, s.Fail(Rules.AlwaysThrows, $"{Interpreter.Describe(s.Method)} of {x.DType.Name()}"), isOfRank: false);
        }

        return x;
    }

    private static TensorRef Pool(CallSite s, OpDef op, int spatial)
    {
        ImmutableArray<long> kernel = s.FactInts("kernel_size", spatial);
        ImmutableArray<long> stride = Self(s).Instance.Facts.GetValueOrDefault("stride") is null or Constant { IsNull: true } ? kernel : s.FactInts("stride", spatial);
        Attributes attributes = Attributes.Of(("kernel", kernel), ("stride", stride), ("padding", s.FactInts("padding", spatial, 0)), ("ceil_mode", s.FactNumber("ceil_mode", 0) != 0));
        attributes = op == Op.MaxPool ? attributes.With("dilation", s.FactInts("dilation", spatial, 1)) : attributes.With("count_include_pad", s.FactNumber("count_include_pad", 1) != 0);
        if (op == Op.AvgPool && spatial == 2 && FactOf(s, "divisor_override") is not (null or Constant { IsNull: true }))
        {
            throw s.Unsupported("divisor_override");
        }

        return s.NewTensor(WindowModels.Pooled(s, op, spatial, Input(s), attributes));
    }
}
