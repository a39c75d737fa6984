using System.Collections.Frozen;
using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// Complex numbers, which the graph does not have: the call that makes such a tensor is made as part of each call that takes it, until
/// something real comes out.
/// </summary>
internal static class ComplexModels
{
    private static readonly FrozenDictionary<string, CallModel> Rows = MakeRows();

    public static void Register(ModelTable t)
    {
        t.AddCall(Stft, "torch.stft", "Tensor.stft");
        t.AddCall(s => Make(s, s.TypeOf(s.Names[0]) is var x ? x.With(s.Broadcast(x.Shape, s.TypeOf(s.Names[1]).Shape)) : x), "torch.polar", "torch.complex");
        t.AddCall(s => Make(s, ExternRules.Self(s) is var x ? x.With(x.Shape[..^1]) : x), "torch.view_as_complex", "Tensor.view_as_complex");
        t.AddCall(s => Make(s, OneDimension(s, ExternRules.Self(s), n => n)), "fft.fft_", "fft.ifft");
        t.AddCall(s => Make(s, OneDimension(s, ExternRules.Self(s), Half)), "fft.rfft", "fft.ihfft");
        t.AddCall(s => Make(s, Plain(s, ExternRules.Self(s))), "fft.fft2", "fft.ifft2", "fft.fftn", "fft.ifftn");
        t.AddCall(s => Make(s, Plain(s, ExternRules.Self(s)) is var x ? x.With(x.Shape.SetItem(x.Rank - 1, Half(x.Shape[^1]))) : x), "fft.rfft2", "fft.rfftn");
        ExternModels.Functions(t, "fft", "fftshift ifftshift", ExternRules.Same);
        ExternModels.Functions(t, "fft", "fftfreq", s => [TensorType.Of(s.ScalarType("dtype") ?? DType.F32, s.Dim("n"))]);
        ExternModels.Functions(t, "fft", "rfftfreq", s => [TensorType.Of(s.ScalarType("dtype") ?? DType.F32, Half(s.Dim("n")))]);

        // What takes a complex tensor first is known even where it takes no real one.
        foreach (string key in new[] { "fft.irfft", "fft.hfft", "fft.irfft2", "fft.irfftn", "torch.istft", "Tensor.istft", "torch.view_as_real", "Tensor.view_as_real", "torch.imag", "Tensor.get_imag" })
        {
            t.AddCall(
                s =>
                {
                    LiftException otherwise = s.Unsupported("a real tensor");
                    s.Interpreter.Correct(s.Operand, p => p with { IsComplex = true }, otherwise, isOfRank: false);
                    throw otherwise;
                }, key);
        }
    }

    /// <summary>The model of a call that gets a complex tensor, null where none is known.</summary>
    public static CallModel? Find(string key) => Rows.GetValueOrDefault(key);

    /// <summary>The complex tensor that a call makes.</summary>
    /// <param name="parts">Its shape, and the dtype of its real part.</param>
    public static ComplexTensor Make(CallSite s, TensorType parts)
    {
        if (!parts.DType.IsFloat())
        {
            parts = parts.As(DType.F32);
        }

        // What a tensor holds now, whatever is written into it before the result is used.
        return new ComplexTensor(s with { Arguments = [.. s.Arguments.Select(a => a is TensorRef t ? new TensorRef(new TensorObject(t.Value, null)) : a)] }, parts);
    }

    private static FrozenDictionary<string, CallModel> MakeRows()
    {
        var rows = new Dictionary<string, CallModel>(StringComparer.Ordinal);
        void Both(string names, CallModel model)
        {
            foreach (string name in names.Split(' '))
            {
                rows[$"torch.{name}"] = rows[$"Tensor.{name}"] = model;
            }
        }

        Both("abs absolute angle", s => Real(s, x => x));
        Both("real imag get_real get_imag", s => Real(s, x => x));
        Both("view_as_real", s => Real(s, x => x.With([.. x.Shape, 2])));
        Both("istft", s => s.Bool("return_complex") ? throw s.Unsupported("a complex result") : Real(s, x => x.With([.. x.Shape[..^2], s.Int("length", -1) is > 0 and var n ? n : s.NewSize()])));
        Both("mul multiply add sub subtract div divide op_Multiply op_Addition op_Subtraction op_Division pow", s => Make(s, Joined(s)));
        Both("conj conj_physical resolve_conj clone contiguous exp op_UnaryNegation neg square", s => Make(s, Parts(s)));
        Both("unsqueeze", s => Make(s, Parts(s) is var x ? x.With(x.Shape.Insert(ShapeOps.Axis(s, s.Int("dim"), x.Rank + 1), 1)) : x));
        Both("transpose", s => Make(s, Swapped(s, Parts(s))));
        Both("permute", s => Make(s, Parts(s) is var x ? x.With([.. s.Ints("permutation", "dims").Select(d => x.Shape[ShapeOps.Axis(s, d, x.Rank)])]) : x));
        Both("reshape view", s => Make(s, Parts(s) is var x ? x.With([.. s.Dims("shape").Select(d => d.Constant == -1 ? s.NewSize() : d)]) : x));
        Both("flatten", s => Make(s, Parts(s) is var x ? x.With(s.NewSizes(x.Rank - (int)(ShapeOps.Axis(s, s.Int("end_dim", -1), x.Rank) - ShapeOps.Axis(s, s.Int("start_dim", 0), x.Rank)))) : x));
        rows["fft.ifft"] = rows["fft.fft_"] = s => Make(s, OneDimension(s, Parts(s), n => n));
        rows["fft.fft2"] = rows["fft.ifft2"] = rows["fft.fftn"] = rows["fft.ifftn"] = s => Make(s, Plain(s, Parts(s)));
        rows["fft.fftshift"] = rows["fft.ifftshift"] = s => Make(s, Parts(s));
        rows["fft.irfft"] = rows["fft.hfft"] = s => Real(s, x => OneDimension(s, x, n => (n - 1) * 2));
        rows["fft.irfft2"] = rows["fft.irfftn"] = s => Real(s, x => Plain(s, x) is var p ? p.With(p.Shape.SetItem(p.Rank - 1, (p.Shape[^1] - 1) * 2)) : p);
        rows["Tensor.get_shape"] = s => Interpreter.NewList(s.ReturnType, Parts(s).Shape.Select(Interpreter.Sized));
        rows["Tensor.size"] = s => s.Arguments.Length == 1 ? rows["Tensor.get_shape"](s) : Interpreter.Sized(Parts(s).Shape[ShapeOps.Axis(s, s.Int("dim"), Parts(s).Rank)]);
        rows["Tensor.get_ndim"] = rows["Tensor.dim"] = s => AbstractValue.Of((long)Parts(s).Rank);
        rows["Tensor.is_complex"] = rows["torch.is_complex"] = _ => AbstractValue.Of(true);
        rows["Tensor.get_TensorItems"] = s => Indexed(s);
        Both("narrow", s => Make(s, Parts(s) is var x ? x.With(x.Shape.SetItem(ShapeOps.Axis(s, s.Int("dim", "dimension"), x.Rank), Between(s, x, s.Int("dim", "dimension"), s.Dim("start"), s.Dim("length")))) : x));
        Both("select", s => Make(s, Parts(s) is var x ? x.With(x.Shape.RemoveAt(ShapeOps.Axis(s, s.Int("dim"), x.Rank))) : x));
        rows["Tensor.to"] = s => s.Method.Parameters.All(p => p.ParameterType.Name is "Device" or "DeviceType" || p.HasDefault) ? OnCpu(s) : throw s.Unsupported("a complex tensor");
        rows["Tensor.Dispose"] = rows["IDisposable.Dispose"] = _ => null;
        rows["Tensor.MoveToOuterDisposeScope"] = rows["Tensor.DetachFromDisposeScope"] = s => s.Arguments[0];
        return rows.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static AbstractValue Real(CallSite s, Func<TensorType, TensorType> type)
    {
        AbstractValue made = ExternSite.Call(s, _ => [type(Parts(s))]);

        // What is written into it might show outside.
        return made is TensorRef result && s.Arguments.OfType<ComplexTensor>().FirstOrDefault(c => c.IsOutside) is { } shown
            ? s.NewTensor(new TensorObject(result.Value, Place(shown)).Sharing(result.Value)) : made;
    }

    private static Access? Place(ComplexTensor c) => c.Access ?? c.Site!.Arguments.OfType<ComplexTensor>().Select(Place).FirstOrDefault(a => a is not null);

    private static AbstractValue OnCpu(CallSite s)
    {
        s.RequireCpu();
        return s.Arguments[0];
    }

    // Length of what narrow leaves; it lies within.
    private static DimExpr Between(CallSite s, TensorType x, long dim, DimExpr start, DimExpr length)
    {
        s.Builder.Facts.RequireAtLeast(x.Shape[ShapeOps.Axis(s, dim, x.Rank)], start + length);
        return length;
    }

    // Numbers, ranges and new dimensions, one call after the other.
    private static AbstractValue Indexed(CallSite s)
    {
        AbstractValue current = s.Arguments[0];
        int dim = 0, rank = Parts(s).Rank;
        AbstractValue[] indices = IndexModels.Indices(s, s.Arguments[1..]);
        int consumed = indices.Count(i => !IndexModels.Is(i, "Ellipsis") && !IndexModels.Is(i, "None"));
        foreach (AbstractValue index in indices)
        {
            switch (index)
            {
                case var _ when IndexModels.Is(index, "None"):
                    current = Next(s, "unsqueeze", current, AbstractValue.Of((long)dim++));
                    break;
                case var _ when IndexModels.Is(index, "Ellipsis"):
                    dim += rank - consumed;
                    break;
                case var _ when IndexModels.Is(index, "Colon"):
                    dim++;
                    break;
                case ObjectRef { Instance: var range } when (ModelTable.ShortName(range.Type) == "Range" || range.Facts.ContainsKey("slice")) && range.Facts.GetValueOrDefault("step") is null or Constant { Value: 1L or null }:
                    DimExpr size = Normalized(s, ((ComplexTensor)current).Parts).Shape[dim];
                    DimExpr start = IndexModels.Bound(s, range.Facts.GetValueOrDefault("start"), size) ?? DimExpr.Zero;
                    DimExpr end = IndexModels.Bound(s, range.Facts.GetValueOrDefault("stop") ?? range.Facts.GetValueOrDefault("end"), size) ?? size;
                    s.Builder.Facts.RequireAtLeast(end, start);
                    current = Next(s, "narrow", current, AbstractValue.Of((long)dim++), Interpreter.Sized(start), Interpreter.Sized(end - start));
                    break;
                case var _ when Interpreter.AsDim(index) is not null:
                    current = Next(s, "select", current, AbstractValue.Of((long)dim), index);
                    break;
                default:
                    throw s.Unsupported("a complex tensor");
            }
        }

        return current;
    }

    private static AbstractValue Next(CallSite s, string name, params AbstractValue[] arguments)
    {
        Mono.Cecil.MethodReference method = s.World.Resolve(s.Declaring)!.Methods.First(m => m.Name == name && m.HasThis && m.Parameters.Count == arguments.Length - 1 && m.Parameters.All(p => p.ParameterType.IsPrimitive));
        return Rows[$"Tensor.{name}"](s with { Method = method, Declaring = s.Declaring, MethodArguments = null, Arguments = arguments })!;
    }

    private static TensorType Parts(CallSite s) => Normalized(s, s.Arguments.OfType<ComplexTensor>().First().Parts);

    private static TensorType Normalized(CallSite s, TensorType t) => s.Builder.Facts.Normalize(t);

    // Complex and real tensors and numbers, broadcast.
    private static TensorType Joined(CallSite s)
    {
        TensorType[] operands =
        [
            .. s.Arguments.Select(a => a switch
            {
                ComplexTensor c => Normalized(s, c.Parts),
                TensorRef t => s.Builder.TypeOf(t.Value),
                _ => null,
            }).OfType<TensorType>(),
        ];
        return new TensorType(operands.Any(o => o.DType == DType.F64) ? DType.F64 : DType.F32, s.Broadcast([.. operands.Select(o => o.Shape)]));
    }

    private static TensorType Swapped(CallSite s, TensorType x)
    {
        int a = ShapeOps.Axis(s, s.Int("dim0"), x.Rank), b = ShapeOps.Axis(s, s.Int("dim1"), x.Rank);
        return x.With(x.Shape.SetItem(a, x.Shape[b]).SetItem(b, x.Shape[a]));
    }

    private static DimExpr Half(DimExpr n) => DimExpr.FloorDiv(n, 2) + 1;

    // n: what the dimension is padded or cut to, -1 for as it is; the result has so many of it.
    private static TensorType OneDimension(CallSite s, TensorType x, Func<DimExpr, DimExpr> count)
    {
        int axis = s.Axis(x);
        bool isReal = s.Method.Name is "irfft" or "hfft";
        DimExpr n = s.Optional("n") is null ? -1 : s.Dim("n");
        return x.With(x.Shape.SetItem(axis, n.Constant is < 0 ? count(x.Shape[axis]) : isReal ? n : count(n)));
    }

    private static TensorType Plain(CallSite s, TensorType x) => s.Optional("s") is null && s.Optional("dim") is null ? x : throw s.Unsupported("sizes or dimensions");

    // [B?, L] => [B?, frequencies, frames]
    private static AbstractValue Stft(CallSite s)
    {
        TensorType x = s.RequireRank(ExternRules.Self(s), 1, 2);
        DimExpr size = s.Dim("n_fft"), hop = s.Int("hop_length", -1) is > 0 and var h ? h : DimExpr.FloorDiv(size, 4);
        DimExpr frames = DimExpr.FloorDiv(s.Bool("center", true) ? x.Shape[^1] : x.Shape[^1] - size, hop) + 1;
        TensorType parts = x.With([.. x.Shape[..^1], s.Bool("onesided", true) ? Half(size) : size, frames]);
        return s.Optional("return_complex") is null ? throw s.Unsupported("return_complex left out")
            : s.Bool("return_complex") ? Make(s, parts) : ExternSite.Call(s, _ => [parts.With([.. parts.Shape, 2])]);
    }
}
