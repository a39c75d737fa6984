using System.Collections.Immutable;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Public properties of library layers, read by the user's own code: parameters with the shapes that the factory implies, and settings.</summary>
internal static class LayerProperties
{
    /// <summary>The model of a property getter of a layer, where the table has no row of its own.</summary>
    public static CallModel? TryFind(CallSite site) =>
        site.Method.Name.StartsWith("get_", StringComparison.Ordinal) && site.Method.HasThis && site.Arguments is [ObjectRef] && site.Declaring.GetElementType().Namespace == "TorchSharp.Modules" && site.World.IsModule(site.Declaring)
            ? Read : null;

    private static AbstractValue Read(CallSite s)
    {
        ObjectRef self = LayerModels.Self(s);
        string property = s.Method.Name[4..];
        AbstractValue predicted = Reading.World.IsTensor(s.ReturnType) || s.ReturnType.Name == "Parameter"
            ? Parameter(s, self.Instance, property)
            : Setting(s, self.Instance.Facts.GetValueOrDefault(property));
        return s.Interpreter.ReadProperty(self, property, predicted);
    }

    // One number stands for all dimensions of a list; a list whose length the factory does not tell is not foreseen.
    private static AbstractValue Setting(CallSite s, AbstractValue? fact) =>
        fact is Constant or Size or HostNumber && s.ReturnType is not ArrayType ? fact : new Unknown(s.ReturnType, Interpreter.Describe(s.Method));

    /// <summary>A parameter or buffer as the factory makes it; null where it makes none.</summary>
    public static AbstractValue Parameter(CallSite s, Instance layer, string property)
    {
        if (property == "bias" && (layer.Facts.GetValueOrDefault("hasBias") ?? layer.Facts.GetValueOrDefault("bias")) is Constant { Value: 0L })
        {
            return AbstractValue.Null;
        }

        if (layer.Facts.GetValueOrDefault("affine") is Constant { Value: 0L } && property is "weight" or "bias")
        {
            return AbstractValue.Null;
        }

        if (property == "num_batches_tracked")
        {
            return TorchModels.OfType(TensorType.Of(DType.I64));
        }

        ImmutableArray<DimExpr>? shape = (ModelTable.ShortName(layer.Type), property) switch
        {
            ("Linear", "weight") => [s.Fact("out", "outputSize"), s.Fact("in", "inputSize")],
            ("Linear", "bias") => [s.Fact("out", "outputSize")],
            ("Embedding", "weight") => [s.Fact("count", "num_embeddings"), s.Fact("dims", "embedding_dims")],
            ("Conv1d" or "Conv2d" or "Conv3d", "bias") => [s.Fact("out", "out_channels")],
            ("BatchNorm1d" or "BatchNorm2d" or "BatchNorm3d" or "InstanceNorm1d" or "InstanceNorm2d" or "InstanceNorm3d", "weight" or "bias" or "running_mean" or "running_var") => [s.Fact("features", "num_features")],
            ("GroupNorm", "weight" or "bias") => [s.Fact("channels", "num_channels")],
            ("Conv1d" or "Conv2d" or "Conv3d", "weight") => Kernel(s, layer),
            _ => null,
        };
        return shape is { } known ? TorchModels.OfType(TensorType.Of(DType.F32, known.AsSpan())) : new Unknown(s.ReturnType, Interpreter.Describe(s.Method));
    }

    private static ImmutableArray<DimExpr>? Kernel(CallSite s, Instance layer)
    {
        int spatial = layer.Type.Name[^2] - '0';
        return [s.Fact("out", "out_channels"), s.Fact("in", "in_channels"), .. Enumerable.Range(0, spatial).Select(i => DimExpr.Symbol($"k{i}"))];
    }
}
