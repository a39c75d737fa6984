using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Functions of one tensor, element by element: methods, functions under <c>torch</c> and <c>torch.special</c>, and in-place forms.</summary>
internal static class LaneModels
{
    // Integers and bools become floats first. A name after the first is another name of the same function.
    private static readonly (string Names, Func<Lane, Lane> Formula)[] OnFloats =
    [
        ("exp", x => x.Exp()), ("expm1", x => x.Apply(Op.Expm1)), ("log", x => x.Log()), ("log1p", x => x.Apply(Op.Log1p)), ("sqrt", x => x.Sqrt()), ("rsqrt", x => x.Apply(Op.Rsqrt)),
        ("sin", x => x.Apply(Op.Sin)), ("cos", x => x.Apply(Op.Cos)), ("tanh", x => x.Apply(Op.Tanh)), ("erf", x => x.Apply(Op.Erf)), ("reciprocal", x => x.Apply(Op.Reciprocal)), ("sigmoid expit", x => x.Apply(Op.Sigmoid)),
        ("exp2", x => x.Number(2).With(Op.Pow, x)), ("log2", x => x.Log() * (1 / Math.Log(2))), ("log10", x => x.Log() * (1 / Math.Log(10))),
        ("tan", x => x.Apply(Op.Sin) / x.Apply(Op.Cos)), ("deg2rad", x => x * (Math.PI / 180)), ("rad2deg", x => x * (180 / Math.PI)),
        ("asin arcsin", x => x.With(Op.Atan2, Leg(x))), ("acos arccos", x => Leg(x).With(Op.Atan2, x)),
        ("sinh", x => (x.Abs() < 1).Choose(HalfOf(x.Apply(Op.Expm1), e => e + (e / (e + 1))), Halves(x, (a, b) => a - b))), ("cosh", x => Halves(x.Abs(), (a, b) => a + b)),
        ("asinh arcsinh", x => x.Signed(InverseHyperbolic(x.Abs(), a => (a + (a * a / (((a * a) + 1).Sqrt() + 1))).Apply(Op.Log1p)))),
        ("acosh arccosh", x => InverseHyperbolic(x, a => Sum(a - 1, t => (t * (t + 2)).Sqrt()).Apply(Op.Log1p))),
        ("atanh arctanh", x => x.Signed(HalfOf(x.Abs(), a => (a * 2 / (1 - a)).Apply(Op.Log1p)))),
        ("sinc", x => x.Is(0).Choose(1, Ratio(x * Math.PI, p => p.Apply(Op.Sin)))),
    ];

    private static readonly (string Names, Func<Lane, Lane> Formula)[] OnAnyNumbers =
    [
        ("neg negative", x => -x), ("sign sgn", x => x.Apply(Op.Sign)),
        ("square", x => x.Cast(x.DType == DType.Bool ? DType.I64 : x.DType).Apply(Op.Square)),
    ];

    private static readonly (string Names, Func<Lane, Lane> Formula)[] Predicates =
    [
        ("isnan", x => x.Apply(Op.IsNan)), ("isinf", x => x.DType.IsFloat() ? x.Abs().Is(double.PositiveInfinity) : x.IsNot(0) & x.Is(0)),
        ("isfinite", x => x.DType.IsFloat() ? x.Abs() < double.PositiveInfinity : x.Is(x)), ("isreal", x => x.Is(x) | x.Apply(Op.IsNan)),
        ("isposinf", x => x.DType.IsFloat() ? x.Is(double.PositiveInfinity) : x.IsNot(0) & x.Is(0)), ("isneginf", x => x.DType.IsFloat() ? x.Is(double.NegativeInfinity) : x.IsNot(0) & x.Is(0)),
    ];

    // Functions that torch.special has too.
    private static readonly string[] Special = ["erf", "exp2", "expit", "expm1", "logit", "sinc", "sigmoid"];

    public static void Register(ModelTable t)
    {
        Row(t, OnFloats, (s, f) => Formula(s, TorchModels.AsFloat(s, s.Operand), f));
        Row(t, OnAnyNumbers, (s, f) => Formula(s, s.Operand, f));
        foreach ((string names, Func<Lane, Lane> formula) in Predicates)
        {
            Both(t, names, s => s.NewTensor(formula(new Lane(s.Builder, s.Operand)).Value));
        }

        Family(t, "abs absolute", s => s.Operand.DType == DType.Bool ? throw s.Fail(Rules.AlwaysThrows, "abs of bool") : s.Builder.Add(Op.Abs, s.Operand));
        Family(t, "floor", s => Rounded(s, Op.Floor));
        Family(t, "ceil", s => Rounded(s, Op.Ceil));
        Family(t, "round", s => Rounded(s, Op.Round));
        Family(t, "trunc fix", s => Rounded(s, Op.Trunc));
        Family(t, "frac", s => Formula(s, FloatOf(s, s.Operand), x => x - x.Apply(Op.Trunc)));
        Family(t, "logit", Logit);
        Family(t, "nan_to_num", NanToNum);
        Both(t, "angle", s => s.NewTensor(s.Operand.DType.IsFloat()
            ? Formula(s, s.Operand, x => x.Apply(Op.IsNan).Choose(x, (x < 0).Choose(x.Number(Math.PI), 0)))
            : Formula(s, s.Interpreter.CastTo(s.Operand, DType.F32), x => (x < 0).Choose(x.Number(Math.PI), 0))));
        Both(t, "positive", s => s.Operand.DType == DType.Bool ? throw s.Fail(Rules.AlwaysThrows, "positive of bool") : ViewModels.View(s, x => x));
        t.Add(s => ViewModels.View(s, x => x), "Tensor.conj", "torch.conj", "Tensor.resolve_conj", "torch.resolve_conj", "Tensor.resolve_neg", "torch.resolve_neg", "torch.real", "Tensor.get_real");
        t["Tensor.op_UnaryNegation"] = t.Find("Tensor.neg");
        t["Tensor.op_OnesComplement"] = s => s.NewTensor(s.Builder.Add(Op.Not, s.RequireBits(s.Operand, DType.Bool)));
        Family(t, "bitwise_not", s => s.Builder.Add(Op.Not, s.Operand));
        Family(t, "logical_not", s => s.Builder.Add(Op.Not, s.Interpreter.CastTo(s.Operand, DType.Bool)));
    }

    /// <summary>One function under all its names: out of place as a method and under <c>torch</c>, and in place.</summary>
    public static void Family(ModelTable t, string names, Func<CallSite, Value> apply)
    {
        foreach (string name in names.Split(' '))
        {
            t.Add(s => s.Result(apply(s)), Special.Contains(name) ? [$"Tensor.{name}", $"torch.{name}", $"special.{name}"] : [$"Tensor.{name}", $"torch.{name}"]);
            t.Add(s => s.Replace(s.OperandObject, apply(s)), $"Tensor.{name}_", $"torch.{name}_");
        }
    }

    /// <summary>A formula on a value; halves are computed in f32 and rounded once, as the library does.</summary>
    public static Value Formula(CallSite s, Value x, Func<Lane, Lane> formula)
    {
        DType type = x.DType;
        bool isHalf = type is DType.F16 or DType.BF16;
        Lane result = formula(new Lane(s.Builder, isHalf ? s.Interpreter.CastTo(x, DType.F32) : x));
        return isHalf && result.DType.IsFloat() ? result.Cast(type).Value : result.Value;
    }

    /// <summary>The operand of a function that the library defines on floats only.</summary>
    public static Value FloatOf(CallSite s, Value x) => x.DType.IsFloat() ? x : throw s.Fail(Rules.AlwaysThrows, $"{Interpreter.Describe(s.Method)} of {x.DType.Name()}");

    private static void Row(ModelTable t, (string Names, Func<Lane, Lane> Formula)[] rows, Func<CallSite, Func<Lane, Lane>, Value> apply)
    {
        foreach ((string names, Func<Lane, Lane> formula) in rows)
        {
            Family(t, names, s => apply(s, formula));
        }
    }

    // sqrt(1 - x^2) without cancellation.
    private static Lane Leg(Lane x) => ((1 - x) * (x + 1)).Sqrt();

    private static Lane Ratio(Lane x, Func<Lane, Lane> formula) => formula(x) / x;

    private static Lane Sum(Lane x, Func<Lane, Lane> formula) => x + formula(x);

    private static Lane HalfOf(Lane x, Func<Lane, Lane> formula) => formula(x) * 0.5;

    // e^x/2 (plus or minus) e^-x/2 by way of e^(x/2), which does not overflow before they do.
    private static Lane Halves(Lane x, Func<Lane, Lane, Lane> combine)
    {
        Lane root = (x * 0.5).Exp();
        return combine(root * 0.5 * root, 0.5 / root / root);
    }

    // log(2x) where the square of x would overflow.
    private static Lane InverseHyperbolic(Lane x, Func<Lane, Lane> formula) => (x > 1e8).Choose(x.Log() + Math.Log(2), formula((x > 1e8).Choose(x.Number(1), x)));

    // Integers are round already: a copy.
    private static Value Rounded(CallSite s, OpDef op)
    {
        Value x = s.Operand;
        if (x.DType == DType.Bool)
        {
            throw s.Fail(Rules.AlwaysThrows, $"{op.Name} of bool");
        }

        return s.Int("decimals", 0) != 0 ? throw s.Unsupported("decimals") : s.Builder.Add(x.DType.IsFloat() ? op : Op.Clone, x);
    }

    private static Value Logit(CallSite s)
    {
        double eps = s.Float("eps", -1);
        return Formula(s, TorchModels.AsFloat(s, s.Operand), x =>
        {
            Lane z = eps < 0 ? x : x.AtLeast(eps).AtMost(1 - eps);
            return (z / (1 - z)).Log();
        });
    }

    private static Value NanToNum(CallSite s)
    {
        Value operand = s.Operand;
        double largest = operand.DType switch { DType.F16 => 65504, DType.BF16 => 3.38953138925153547590470800371487866880e38, DType.F32 => float.MaxValue, _ => double.MaxValue };
        double nan = s.Float("nan", 0), high = s.Float("posinf", largest), low = s.Float("neginf", -largest);
        return !operand.DType.IsFloat() ? s.Builder.Add(Op.Clone, operand)
            : Formula(s, operand, x => x.Apply(Op.IsNan).Choose(nan, x.Is(double.PositiveInfinity).Choose(high, x.Is(double.NegativeInfinity).Choose(low, x))));
    }
}
