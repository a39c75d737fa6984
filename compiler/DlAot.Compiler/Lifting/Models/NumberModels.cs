using System.Globalization;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Math and MathF: on constants now, on sizes as size expressions, on numbers of run time as rank-0 values of the graph.</summary>
internal static class NumberModels
{
    private static readonly Dictionary<string, Func<double, double>> UnaryMath = new(StringComparer.Ordinal)
    {
        ["Sqrt"] = Math.Sqrt, ["Exp"] = Math.Exp, ["Log"] = Math.Log, ["Log2"] = Math.Log2, ["Log10"] = Math.Log10, ["Sin"] = Math.Sin, ["Cos"] = Math.Cos,
        ["Tan"] = Math.Tan, ["Tanh"] = Math.Tanh, ["Floor"] = Math.Floor, ["Ceiling"] = Math.Ceiling, ["Round"] = Math.Round, ["Truncate"] = Math.Truncate, ["Abs"] = Math.Abs, ["Atan"] = Math.Atan,
    };

    private static readonly string[] Folded = ["Sign", "Cbrt", "Sinh", "Cosh", "Asin", "Acos", "Asinh", "Acosh", "Atanh", "Atan2", "DivRem", "BigMul", "IEEERemainder", "ILogB", "ScaleB", "CopySign"];

    private static readonly Dictionary<string, Func<float, float>> UnaryMathF = new(StringComparer.Ordinal)
    {
        ["Sqrt"] = MathF.Sqrt, ["Exp"] = MathF.Exp, ["Log"] = MathF.Log, ["Log2"] = MathF.Log2, ["Log10"] = MathF.Log10, ["Sin"] = MathF.Sin, ["Cos"] = MathF.Cos,
        ["Tan"] = MathF.Tan, ["Tanh"] = MathF.Tanh, ["Floor"] = MathF.Floor, ["Ceiling"] = MathF.Ceiling, ["Round"] = MathF.Round, ["Truncate"] = MathF.Truncate, ["Abs"] = MathF.Abs, ["Atan"] = MathF.Atan,
    };

    private static readonly Dictionary<string, OpDef> RuntimeMath = new(StringComparer.Ordinal)
    {
        ["Sqrt"] = Op.Sqrt, ["Exp"] = Op.Exp, ["Log"] = Op.Log, ["Sin"] = Op.Sin, ["Cos"] = Op.Cos, ["Tanh"] = Op.Tanh, ["Floor"] = Op.Floor, ["Ceiling"] = Op.Ceil, ["Truncate"] = Op.Trunc, ["Abs"] = Op.Abs,
    };

    public static void Register(ModelTable t)
    {
        foreach ((string name, Func<double, double> compute) in UnaryMath)
        {
            t.Add(s => MathUnary(s, name, compute), $"Math.{name}", $"MathF.{name}");
        }

        foreach (string name in Folded)
        {
            t.Add(Fold, $"Math.{name}", $"MathF.{name}");
        }

        t["Math.Clamp"] = s => (AbstractValue?)Folding.Try(s, typeof(Math)) ?? Clamped(s);
        foreach (string name in new[] { "IsNaN", "IsInfinity", "IsFinite", "IsNegative" })
        {
            t[$"Double.{name}"] = s => Folding.Try(s, typeof(double)) ?? (AbstractValue)new Unknown(s.ReturnType, "a number computed at run time");
            t[$"Single.{name}"] = s => Folding.Try(s, typeof(float)) ?? (AbstractValue)new Unknown(s.ReturnType, "a number computed at run time");
        }

        foreach (string name in new[] { "IsLetter", "IsDigit", "IsLetterOrDigit", "IsUpper", "IsLower", "IsWhiteSpace", "IsPunctuation", "ToUpperInvariant", "ToLowerInvariant" })
        {
            t[$"Char.{name}"] = s => Folding.Try(s, typeof(char)) ?? (AbstractValue)new Unknown(s.ReturnType, "a letter that is not known");
        }

        t.Add(
            s => Folding.Try(s, typeof(Convert)) ?? (s.Arguments[0] is Size or HostNumber { Value.DType: Ir.DType.I64 } or Constant { Value: long } or Unknown ? s.Arguments[0] : throw s.Unsupported("a number computed at run time")),
            "Convert.ToInt32", "Convert.ToInt64");
        t.Add(s => Folding.Try(s, typeof(Convert)) ?? throw s.Unsupported("a number computed at run time"), "Convert.ToDouble", "Convert.ToSingle", "Convert.ToBoolean");
        // Generic mathematics: what T stands for is the interface's own argument.
        t["IAdditionOperators.op_Addition"] = s => s.Interpreter.Computed(Code.Add, s.Arguments[0], s.Arguments[1]);
        t["ISubtractionOperators.op_Subtraction"] = s => s.Interpreter.Computed(Code.Sub, s.Arguments[0], s.Arguments[1]);
        t["IMultiplyOperators.op_Multiply"] = s => s.Interpreter.Computed(Code.Mul, s.Arguments[0], s.Arguments[1]);
        t["IDivisionOperators.op_Division"] = s => s.Interpreter.Computed(Code.Div, s.Arguments[0], s.Arguments[1]);
        t.Add(s => Created(s, AbstractValue.Of(0L)), "INumberBase.get_Zero", "IAdditiveIdentity.get_AdditiveIdentity");
        t.Add(s => Created(s, AbstractValue.Of(1L)), "INumberBase.get_One", "IMultiplicativeIdentity.get_MultiplicativeIdentity");
        t["INumberBase.CreateChecked"] = s => Created(s, s.Arguments[0]);
        t.Add(s => MathBinary(s, Math.Pow, MathF.Pow, null, Op.Pow), "Math.Pow", "MathF.Pow");
        t.Add(s => MathBinary(s, Math.Max, Math.Max, DimExpr.Max, Op.Maximum), "Math.Max", "MathF.Max");
        t.Add(s => MathBinary(s, Math.Min, Math.Min, DimExpr.Min, Op.Minimum), "Math.Min", "MathF.Min");
    }

    // The number as a value of the type that the interface is closed over.
    private static AbstractValue Created(CallSite s, AbstractValue number) => (s.ReturnType.MetadataType, number) switch
    {
        (MetadataType.Double or MetadataType.Single, Constant { Value: long or double } c) => new Constant(Convert.ToDouble(c.Value, CultureInfo.InvariantCulture) is var d && s.ReturnType.MetadataType == MetadataType.Single ? (float)d : d, c.Assumed, s.ReturnType.MetadataType == MetadataType.Single),
        (MetadataType.Int32, Constant { Value: long and >= int.MinValue and <= int.MaxValue }) or (MetadataType.Int64, Constant { Value: long } or Size) => number,
        _ => throw s.Unsupported($"a {s.ReturnType.Name}"),
    };

    private static AbstractValue Fold(CallSite s) => (AbstractValue?)Folding.Try(s, s.Declaring.Name == "MathF" ? typeof(MathF) : typeof(Math))
        ?? (s.Interpreter.IsConstructorPhase ? new Unknown(s.ReturnType, "a number computed at run time") : throw s.Unsupported("a number computed at run time"));

    private static AbstractValue Clamped(CallSite s) =>
        Interpreter.AsDim(s.Arguments[0]) is { } value && Interpreter.AsDim(s.Arguments[1]) is { } low && Interpreter.AsDim(s.Arguments[2]) is { } high
            ? Interpreter.Sized(DimExpr.Min(DimExpr.Max(value, low), high))
            : Fold(s);

    private static AbstractValue MathUnary(CallSite s, string name, Func<double, double> compute)
    {
        bool single = s.ReturnType.MetadataType == MetadataType.Single;
        switch (s.Arguments[0])
        {
            case Constant { Value: long n } c when name == "Abs" && n > int.MinValue:
                return c with { Value = Math.Abs(n) };
            case Constant { Value: double d } c when s.Arguments.Length == 1:
                return c with { Value = single ? UnaryMathF[name]((float)d) : compute(d), IsSingle = single };
            case Size size when name == "Abs":
                s.Builder.Facts.RequireAtLeast(size.Value, 0);
                return size;
            case HostNumber { Value.DType: DType.F64 } when RuntimeMath.TryGetValue(name, out OpDef? op) && s.Arguments.Length == 1:
                Value v = s.Builder.Add(op, s.Interpreter.AsGraphNumber(s.Arguments[0], DType.F64));
                var made = new HostNumber(single ? s.Interpreter.Rounded(v) : v, single);
                if (name == "Sqrt" && s.Arguments[0] is HostNumber { Ratio: { } square } && !s.Interpreter.IsConstructorPhase)
                {
                    return s.Interpreter.WithRatio(made, () => square() is { Under.IsOne: true, Over: var over } && s.Interpreter.SquareRoot(over) is { } root ? new Ratio(root, 1) : null);
                }

                return name is "Floor" or "Ceiling" or "Truncate" && s.Arguments[0] is HostNumber { Ratio: not null } number
                    ? s.Interpreter.WithRatio(made, () => s.Interpreter.Rounded(number, isUp: name == "Ceiling") is { } whole ? new Ratio(whole, 1) : null) : made;
            case Unknown u when s.Interpreter.IsConstructorPhase:
                return u with { Type = s.ReturnType };
            default:
                return Folding.Try(s, s.Declaring.Name == "MathF" ? typeof(MathF) : typeof(Math)) ?? throw s.Fail(Rules.UnknownCall, $"Math.{name} of {Interpreter.Name(s.Arguments[0])}");
        }
    }

    private static AbstractValue MathBinary(CallSite s, Func<double, double, double> onFloats, Func<float, float, float> onSingles, Func<DimExpr, DimExpr, DimExpr>? onSizes, OpDef op)
    {
        (AbstractValue a, AbstractValue b) = (s.Arguments[0], s.Arguments[1]);
        bool single = s.ReturnType.MetadataType == MetadataType.Single, isFloat = single || s.ReturnType.MetadataType == MetadataType.Double;
        if (!isFloat && onSizes is not null && a is Constant { Value: long m0 } && b is Constant { Value: long n0 })
        {
            return AbstractValue.Of(onSizes(m0, n0).Constant!.Value);
        }

        return (a, b) switch
        {
            (Constant { Value: double x }, Constant { Value: double y }) => new Constant(single ? onSingles((float)x, (float)y) : onFloats(x, y), IsSingle: single),
            _ when onSizes is not null && Interpreter.AsDim(a) is { } m && Interpreter.AsDim(b) is { } n => Interpreter.Sized(onSizes(m, n)),
            _ when isFloat && op == Op.Pow && s.Interpreter.Power(a, b) is { } power => s.Interpreter.WithRatio(Computed(s, s.Interpreter.AsGraphNumber(Interpreter.Sized(power), DType.F64), single), () => new Ratio(power, 1)),
            _ when isFloat => Computed(s, s.Builder.Add(op, s.Interpreter.AsGraphNumber(a, DType.F64), s.Interpreter.AsGraphNumber(b, DType.F64)), single),
            _ => throw s.Fail(Rules.UnknownCall, $"{Interpreter.Describe(s.Method)} of {Interpreter.Name(a)} and {Interpreter.Name(b)}"),
        };
    }

    private static HostNumber Computed(CallSite s, Value number, bool single) => new(single ? s.Interpreter.Rounded(number) : number, single);
}
