using static DlAot.Tests.Lifting.Snippet;

namespace DlAot.Tests.Lifting;

/// <summary>What code around tensors does with numbers, enumerations, lists and memory: it leaves the ops alone.</summary>
public class BaseLibraryTests
{
    private const string Acts = """
        public interface IAct<T> where T : IAct<T> { static abstract Tensor Apply(Tensor x); static virtual double Gain => 3; }
        public struct Sine : IAct<Sine> { public static Tensor Apply(Tensor x) => x.sin(); }
        public struct Cosine : IAct<Cosine> { public static Tensor Apply(Tensor x) => x.cos(); public static double Gain => 2; }
        public class Act<T> : Module<Tensor, Tensor> where T : IAct<T> { public Act() : base("act") { } public override Tensor forward(Tensor x) => T.Apply(x) * T.Gain; }
        public enum Mode { Off, On = 2, Both }

        """;

    public static TheoryData<string, string, string> Forms => new()
    {
        { "find, remove and sort", Net("var l = new List<int> { 4, 2, 7, 2 }; l.Sort(); l.Remove(2); l.RemoveAll(v => v > 6); return l.Find(v => v > 2) == 4 && l.FindAll(v => v < 9).Count == 2 && l.TrueForAll(v => v > 0) ? x.sin() : x.cos();"), "sin" },
        { "arrays searched and sorted", Net("var a = new[] { 5, 3, 9 }; Array.Sort(a); Array.Fill(a, 1, 2, 1); int n = 0; Array.ForEach(a, v => n += v); return n == 9 && Array.Find(a, v => v > 3) == 5 ? x.sin() : x.cos();"), "sin" },
        { "sequences as sets", Net("int[] a = [3, 1, 3, 2], b = [2, 5]; return a.Union(b).Count() + 10 * a.Except(b).Count() + 100 * a.Intersect(b).First() == 224 ? x.sin() : x.cos();"), "sin" },
        { "the longest name", Net("return new[] { \"a\", \"ccc\", \"bb\" }.MaxBy(s => s.Length) == new string('c', 3) ? x.sin() : x.cos();"), "sin" },
        { "names and values of an enumeration", Acts + Net("var m = (Mode)2; return Enum.IsDefined(m) && !Enum.IsDefined(typeof(Mode), (Mode)1) && Enum.GetName(m) == \"On\" && Enum.Parse<Mode>(\"Both\") == Mode.Both && Enum.GetValues<Mode>().Length == 3 ? x.sin() : x.cos();"), "sin" },
        { "masks of bits of a size", Net("long n = x.shape[0]; return x.reshape(n & ~7, 8, -1).sin();"), "reshape sin" },
        { "checked conversions of a size", Net("checked { byte b = (byte)x.shape[0]; uint u = (uint)x.shape[1]; return x.view((long)(ulong)u, b).sin(); }"), "reshape sin" },
        { "memory on the stack with values", Net("Span<int> order = stackalloc int[] { 2, 0, 1 }; return x.permute(order[0], order[1], order[2]).sin();"), "permute sin" },
        { "static members of an interface", Acts + Net("return b.call(a.call(x));", "private readonly Act<Sine> a = new(); private readonly Module<Tensor, Tensor> b = new Act<Cosine>();"), "sin full mul cos full mul" },
        { "generic mathematics", Net("return x.pow(Power(2, 3)) * Sum(0.5, 0.25);", more: "static T Power<T>(T v, int n) where T : System.Numerics.INumber<T> { var r = T.One; for (int i = 0; i < n; i++) r *= v; return r; } static T Sum<T>(params T[] all) where T : System.Numerics.INumber<T> { var s = T.Zero; foreach (var v in all) s += v; return s; }"), "full pow full mul" },
        { "function pointer", Net("unsafe { delegate*<Tensor, Tensor> f = &Own; return f(f(x)); }", more: "private static Tensor Own(Tensor t) => t.sin();"), "sin sin" },
        { "array of nullables", Net("return past[0] is { } p ? x * p : x.sin();", "private readonly double?[] past = new double?[2];"), "sin" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void LiftsAlikeInDebugAndRelease(string form, string source, string expected) => LiftsAlike(form, source, expected);

    public static TheoryData<string, string, string> Boundaries => new()
    {
        { "disposed operand of an operator", Net("var t = x.sin(); t.Dispose(); return x.exp() + t;"), "DLAOT2016" },
        { "operand changed through a view that cannot be followed", Net("var y = x * 2; y.diagonal().add_(1); return y + 1;"), "DLAOT2015" },
        { "view of an argument that cannot be followed", Net("var y = x.exp(); return (x.diagonal(), y);", result: "(Tensor, Tensor)"), "DLAOT2017" },
        { "view of a result that cannot be followed", Net("var y = x.exp(); return (y.unfold(0, 2, 1), y);", result: "(Tensor, Tensor)"), "DLAOT2017" },
        { "text of white space", Net("ArgumentException.ThrowIfNullOrWhiteSpace(s); return x.exp();", parameters: "Tensor x, string s"), "DLAOT2001" },
        { "a part of a list reversed", Net("var l = new List<Tensor> { x, x.sin(), x.cos() }; l.Reverse(0, 2); return l[0].exp();"), "DLAOT2001" },
    };

    [Theory]
    [MemberData(nameof(Boundaries))]
    public void RefusesWhatWouldBeWrong(string form, string source, string code)
    {
        Assert.NotEmpty(form);
        var lifted = Lift(source);
        Assert.False(lifted.IsWhole);
        Assert.Equal(code, Assert.Single(lifted.Diagnostics).Rule.Code);
    }
}
