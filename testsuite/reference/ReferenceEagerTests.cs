using DlAot.Ir;
using DlAot.Ir.Reference;
using TorchSharp;

namespace DlAot.Tests.Reference;

/// <summary>The reference evaluator equals libtorch, op by op and dtype by dtype, on plain numbers and on NaN, infinities and zeros.</summary>
public class ReferenceEagerTests
{
    private static readonly double[] s_special = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, 1e-30, -1e30, 88.5, -104, 0.5, -0.5, 1, 2.5];

    public static TheoryData<string, DType> Cases
    {
        get
        {
            TheoryData<string, DType> data = [];
            foreach (EagerCase c in EagerCase.Rows)
            {
                foreach (string type in c.Types.Split(' '))
                {
                    data.Add(c.Name, DTypes.TryParse(type)!.Value);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Evaluator_equals_libtorch(string name, DType type)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        EagerCase c = EagerCase.Rows.Single(r => r.Name == name);
        int compared = 0;
        foreach (long[][] shapes in c.Shapes)
        {
            foreach (bool special in type.IsFloat() ? new[] { false, true } : [false])
            {
                var random = new Random((name.Length * 2) + (special ? 1 : 0));
                NdArray[] operands = [.. shapes.Select((s, i) => Operand(c, c.Definition == Op.Where && i == 0 ? DType.Bool : type, s, random, special))];
                NdArray? expected = TryEager(c, type, operands);
                if (expected is null)
                {
                    // libtorch refuses the sizes: then so does the evaluator.
                    Assert.Throws<EvaluationException>(() => Refusing(c, operands));
                    continue;
                }

                Compare($"{name} on {string.Join(", ", operands.Select(o => o))}{(special ? " special" : "")}", c.Nearness, Assert.Single(new Evaluator().Apply(c.Definition, c.Attributes, [.. operands])), expected);
                compared++;
            }
        }

        Assert.NotEqual(0, compared);
    }

    // An op that has no result for these sizes says so by a condition that cannot hold.
    private static void Refusing(EagerCase c, NdArray[] operands)
    {
        var facts = new DimFacts();
        c.Definition.InferTypes(new TypeRuleContext(c.Definition, [.. operands.Select(o => o.ToTensorType())], c.Attributes, facts));
        if (facts.Constraints.Any(x => !x.Holds(_ => 0)))
        {
            throw new EvaluationException("a condition does not hold");
        }
    }

    private static NdArray Operand(EagerCase c, DType type, long[] shape, Random random, bool special)
    {
        double Draw()
        {
            double value = type.IsFloat()
                ? special && random.Next(3) == 0 ? s_special[random.Next(s_special.Length)] : (random.NextDouble() * 6) - 3
                : random.Next(type is DType.U8 or DType.Bool ? 0 : -5, 6);
            return c.Domain?.Invoke(value) ?? value;
        }

        return NdArray.FromFloats(type, [.. shape], Enumerable.Range(0, (int)shape.Aggregate(1L, (x, y) => x * y)).Select(_ => Draw()).ToArray());
    }

    // Halves, transcendentals and sums are held against libtorch in float64.
    private static NdArray? TryEager(EagerCase c, DType type, NdArray[] operands)
    {
        bool wide = type is DType.F16 or DType.BF16 || c.Nearness == Nearness.Transcendental || c.Definition.Family == OpFamily.Reduction || c.Definition == Op.Mean || c.Definition == Op.CumSum;
        torch.Tensor[] inputs = [.. operands.Select(o => EagerCase.ToTorch(o) is var t && wide && o.Type.IsFloat() ? t.to_type(torch.ScalarType.Float64) : t)];
        try
        {
            NdArray result = EagerCase.FromTorch(c.Eager(inputs));
            return wide && result.Type == DType.F64 ? NdArray.FromFloats(c.Definition == Op.Cast ? c.Attributes.Get<DType>("dtype") : type, result.Shape, result.ToFloats()) : result;
        }
        catch (System.Runtime.InteropServices.ExternalException) when (operands[0].Count == 0)
        {
            return null;
        }
    }

    private static void Compare(string what, Nearness nearness, NdArray actual, NdArray expected)
    {
        Assert.True(actual.Type == expected.Type && actual.Shape.SequenceEqual(expected.Shape), $"{what}: {actual} instead of {expected}");
        if (!actual.Type.IsFloat())
        {
            Assert.True(actual.ToIntegers().SequenceEqual(expected.ToIntegers()), $"{what}: [{string.Join(", ", actual.ToIntegers())}] instead of [{string.Join(", ", expected.ToIntegers())}]");
            return;
        }

        (double[] a, double[] b) = (actual.ToFloats(), expected.ToFloats());
        double largest = b.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
        for (int i = 0; i < a.Length; i++)
        {
            double allowed = nearness switch
            {
                Nearness.Exact => 0,
                Nearness.Arithmetic => 2 * Ulp(actual.Type, b[i]),
                Nearness.Transcendental => 4 * Ulp(actual.Type, b[i]),
                _ => largest * (actual.Type switch { DType.F32 => 1e-5, DType.F64 => 1e-12, DType.F16 => Math.Pow(2, -9), _ => Math.Pow(2, -6) }),
            };
            bool agrees = double.IsFinite(b[i]) ? Math.Abs(a[i] - b[i]) <= allowed : a[i].Equals(b[i]);
            Assert.True(agrees, $"{what}: element {i} is {a[i]:R} instead of {b[i]:R}");
        }
    }

    // The distance to the next larger number of the dtype.
    private static double Ulp(DType type, double x)
    {
        (int precision, int least) = type switch
        {
            DType.F16 => (11, -24),
            DType.BF16 => (8, -133),
            DType.F32 => (24, -149),
            _ => (53, -1074),
        };
        return Math.Pow(2, Math.Max(least, x == 0 ? least : Math.ILogB(x) - precision + 1));
    }
}
