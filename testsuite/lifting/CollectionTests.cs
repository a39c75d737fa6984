using Microsoft.CodeAnalysis;
using static DlAot.Tests.Lifting.Snippet;

namespace DlAot.Tests.Lifting;

/// <summary>Collections, queries, spans, strings and iterators that only arrange tensors: nothing of them is left in the graph.</summary>
public class CollectionTests
{
    private const string Three = "var l = new List<Tensor> { x.sin(), x.cos(), x.exp() };";

    public static TheoryData<string, string, string> Forms => new()
    {
        { "Select and ToArray", Net("return cat(new[] { 1, 2 }.Select(i => x * i).ToArray(), 0);"), "full mul full mul concat" },
        { "a query sees what it captured when it runs", Net("int k = 1; var q = new[] { 5 }.Select(i => x * (i * k)); k = 3; return q.First();"), "full mul" },
        { "a query runs again", Net("var q = new[] { 1 }.Select(i => x.sin()); return q.First() + q.First();"), "sin sin add" },
        { "a query runs only as far as asked", Net("return new[] { 1, 2, 3 }.Select(i => x.sin()).First();"), "sin" },
        { "Where and Any", Net("var few = new[] { 1, 2, 3 }.Where(i => i > 1); return few.Any() ? x * few.Sum() : x;"), "full mul" },
        { "Zip", Net("return new[] { 1, 2 }.Zip(new[] { 3.0, 4.0 }).Aggregate(x, (t, p) => t * p.First + p.Second);"), "full mul full add full mul full add" },
        { "Skip, Take, Last, Reverse", Net(Three + "return l.Skip(1).Take(2).Reverse().Last() + Enumerable.Reverse(l).First();"), "sin cos exp add" },
        { "Concat, Append and Prepend", Net(Three + "return cat(l.Concat(l.Take(1)).Append(x).Prepend(x).ToList(), 0);"), "sin cos exp concat" },
        { "Range with index", Net("return Enumerable.Range(0, 3).Select((v, i) => x * (v + i)).Aggregate((a, b) => a + b);"), "full mul full mul add full mul add" },
        { "Min, Max and Sum", Net("var n = new[] { 3, 1, 2 }; return x * (n.Max() - n.Min() + n.Sum());"), "full mul" },
        { "ToDictionary and its order", Net("var d = new[] { 2, 1 }.ToDictionary(i => i, i => x * i); return d[1] + d.Values.First();"), "full mul full mul add" },
        { "dictionary", Net("var d = new Dictionary<string, Tensor> { [\"a\"] = x.sin() }; d[\"b\"] = x.cos(); return d.TryGetValue(\"b\", out var b) && !d.ContainsKey(\"c\") ? b + d[\"a\"] : x;"), "sin cos add" },
        { "foreach over a dictionary", Net("var d = new Dictionary<string, double> { [\"a\"] = 2, [\"b\"] = 3 }; foreach (var (k, v) in d) x = k == \"a\" ? x * v : x + v; return x;"), "full mul full add" },
        { "queue, stack and set", Net("var q = new Queue<Tensor>(); q.Enqueue(x.sin()); var s = new Stack<int>(); s.Push(1); s.Push(2); var h = new HashSet<int> { 1, 1 }; return q.Dequeue() * s.Pop() + h.Count;"), "sin full mul full add" },
        { "iterator", Net("foreach (var t in Steps(x)) x = x + t; return x;", more: "static IEnumerable<Tensor> Steps(Tensor t) { yield return t.sin(); if (t.dim() == 2) yield return t.cos(); }"), "sin add cos add" },
        { "iterator of the receiver's fields", Net("return All().Aggregate(x, (t, l) => l.call(t));", "private readonly Linear a = Linear(4, 4), b = Linear(4, 4);", more: "private IEnumerable<Linear> All() { yield return a; yield return b; }"), "linear linear" },
        { "collection class of the user's", Net("foreach (var k in new Two()) x = x * k; return x;") + " public class Two : IEnumerable<double> { public IEnumerator<double> GetEnumerator() { yield return 2; yield return 3; } System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator(); }", "full mul full mul" },
        { "spans", Net("ReadOnlySpan<int> s = new[] { 1, 2, 3 }; int total = 0; foreach (var i in s[1..]) total += i; return x * total;"), "full mul" },
        { "stackalloc", Net("Span<long> s = stackalloc long[2]; s[0] = 2; s[1] = 3; return x * (s[0] * s[1]);"), "full mul" },
        { "array ranges", Net("var n = new long[] { 1, 2, 3 }; return x * n[1..].Sum() + n[^1];"), "full mul full add" },
        { "SequenceEqual of shapes", Net("if (!x.shape.SequenceEqual(new long[] { 2, 3 })) throw new ArgumentException(); return x.sin();"), "sin" },
        { "strings", Net("return $\"{kind}_{2}\".StartsWith(\"ab\") && kind.ToUpperInvariant().Contains('B') ? x.sin() : x;", "private readonly string kind = \"ab\";"), "sin" },
        { "types", Net("return x * (one.GetType() == typeof(A) ? 2 : 3) + (one is A { K: 4 } ? 5 : 6);", "private readonly B one = new A();") + " public class B { public int K = 4; } public class A : B { }", "full mul full add" },
        { "records compare by value", Net("return new R(1, \"a\") == new R(1, \"a\") && new R(1, \"a\") != new R(2, \"a\") ? x.sin() : x;") + " public record R(int A, string B);", "sin" },
        { "tuples compare by value", Net("return (1, \"a\") == (1, \"a\") && (x.dim(), 2).Equals((2, 2)) ? x.sin() : x;"), "sin" },
        { "throw helpers", Net("ArgumentNullException.ThrowIfNull(x); ArgumentOutOfRangeException.ThrowIfNegative(x.dim()); ArgumentOutOfRangeException.ThrowIfNotEqual(x.dim(), 2); return x.sin();"), "sin" },
        { "asserts", Net("System.Diagnostics.Contracts.Contract.Assert(x.dim() == 2); System.Diagnostics.Trace.Assert(x.shape[0] > 0); return x.sin();"), "sin" },
        { "mathematics", Net("return x * (Math.Clamp(7, 1, 3) + Math.Sign(-2.5) + Convert.ToInt32(2.0));"), "full mul" },
        { "a function made from a function", Net("Func<Func<Tensor, Tensor>, Func<Tensor, Tensor>> twice = f => t => f(f(t)); return twice(t => t.sin())(x);"), "sin sin" },
        { "extension methods and generics", Net("return x.Times(2).Also<Tensor>(t => t.sin());") + " public static class E { public static Tensor Times(this Tensor t, int n) => t * n; public static T Also<T>(this T t, Func<T, T> f) => f(t); }", "full mul sin" },
        { "default interface methods", Net("return ((IScaled)new S()).Apply(x);") + " public interface IScaled { double K { get; } Tensor Apply(Tensor t) => t * K; } public class S : IScaled { public double K => 3; }", "full mul" },
        { "struct with methods", Net("var a = new Acc(); a.Add(2); var b = a; b.Add(3); return x * a.Sum + b.Sum;") + " public struct Acc { public int Sum; public void Add(int n) => Sum += n; }", "full mul full add" },
        { "ref locals and ref returns", Net("var n = new[] { 1, 2 }; ref int first = ref n[0]; first = 5; Swap(ref n[0], ref n[1]); return x * (n[0] * 10 + n[1]);", more: "static void Swap(ref int a, ref int b) => (a, b) = (b, a);"), "full mul" },
        { "a span of a part of an array", Net("var n = new[] { 1, 2, 3 }; var s = n.AsSpan(1); n[1] = 7; s[1] = 5; s.Slice(1).Fill(n[2] * 2); return s is [7, 10] && n is [1, 7, 10] ? x.sin() : x.cos();"), "sin" },
        { "collection expressions with spreads", Net("Tensor[] a = [x, x.sin()]; List<Tensor> l = [.. a, x.cos()]; return cat([.. l, x], 0);"), "sin cos concat" },
        { "records changed by with", Net("var d = c with { A = 4, Name = \"four\" }; return x * d.A + d.B + d.Name.Length + c.A;", "private readonly R c = new(2, 3);") + " public record R(int A, int B) { public string Name { get; init; } = \"\"; }", "full mul full add full add full add" },
        { "structs from outside are copied", Net("var d = c with { A = 4 }; return x * d.A + d.B + c.A;", "private readonly S c = new(2, 3);") + " public readonly record struct S(int A, int B);", "full mul full add full add" },
        { "a field of a struct is written in its copy", Net("var d = c; d.A = 4; return x * d.A + c.A;", "private S c = new() { A = 2 };") + " public struct S { public int A; }", "full mul full add" },
        { "tuple objects", Net("var (a, b) = t; foreach (var (c, d) in l) x = x * c + d; return x * a + b;", "private readonly Tuple<int, double> t = Tuple.Create(2, 3.0); private readonly List<Tuple<int, double>> l = new() { Tuple.Create(4, 5.0) };"), "full mul full add full mul full add" },
        { "flags", Net("if (f.HasFlag(F.A)) x = x.sin(); return (f & F.B) != 0 ? x.exp() : x.cos();", "private readonly F f = F.A | F.C;") + " [Flags] public enum F { A = 1, B = 2, C = 4 }", "sin cos" },
        { "names of enums", Net("return k.ToString() == \"B\" ? x.sin() : x.cos();", "private readonly K k = K.B;") + " public enum K { A, B }", "sin" },
        { "an iterator with finally, left early", Net("var y = x; foreach (var t in Steps(x)) { y = y + t; break; } foreach (var t in Steps(x)) y = y * t; return y;", more: "static IEnumerable<Tensor> Steps(Tensor t) { try { yield return t.sin(); yield return t.cos(); } finally { GC.KeepAlive(t); } }"), "sin add sin mul cos mul" },
        { "clocks that nobody looks at", Net("var w = System.Diagnostics.Stopwatch.StartNew(); var y = x.sin(); w.Stop(); System.Diagnostics.Debug.Assert(y is not null, $\"{w.Elapsed.TotalMilliseconds:F2} ms since {DateTime.Now}\"); return y;"), "sin" },
        { "recursion with other arguments", Net("return Steps(x, 3);", more: "static Tensor Steps(Tensor t, int n) => n == 0 ? t : Steps(t.sin(), n - 1);"), "sin sin sin" },
        { "recursion over a tree", Net("return Eval(root, x);", "private readonly N root = new(2, new N(3), null);", more: "static Tensor Eval(N? n, Tensor t) => n is null ? t : Eval(n.Left, t * n.K) + Eval(n.Right, t);") + " public record N(double K, N? Left = null, N? Right = null);", "full mul full mul add add" },
        { "one order after another", Net("var o = new[] { (2, 5), (1, 3), (2, 4), (1, 9) }.OrderBy(p => p.Item1).ThenByDescending(p => p.Item2).Select(p => p.Item2).ToArray(); return o[0] == 9 && o[1] == 3 && o[2] == 5 && o[3] == 4 ? x.sin() : x.cos();"), "sin" },
        { "groups and averages", Net("var g = new[] { 3, 1, 2 }.GroupBy(k => k % 2).ToDictionary(g => g.Key, g => g.Sum()); return x * g[1] + new[] { 1, 2 }.Average();"), "full mul full add" },
        { "letters", Net("foreach (char c in \"a1\") x = char.IsLetter(c) ? x.sin() : x.cos(); return x;"), "sin cos" },
        { "tables", Net("var t = new double[2, 2] { { 1, 2 }, { 3, 4 } }; t[1, 0] *= 2; for (int i = 0; i < t.GetLength(0); i++) x = x * t[i, 1 - i]; return x + t.Length + t.Rank;"), "full mul full mul full add full add" },
        { "parts as the program needs them", Net("var p = x.split(x.shape[1] / 2, 1); var (a, b) = (p[0], p[1]); var q = x.unbind(0); return (a * b).sum() + q[2].sum();"), "slice slice slice reshape slice reshape slice reshape mul sum sum add" },
        { "dispose scopes of several tensors", Net("using var s = NewDisposeScope(); var (a, b) = s.MoveToOuter(x.sin(), x.cos()); var c = a + b; s.MoveToOuter(new[] { c }); var d = s.DisposeEverythingBut(x.exp()); return s.MoveToOuter(s.Detach(d) + c);"), "sin cos add exp add" },
        { "string builders", Net("var b = new System.Text.StringBuilder(); b.Append(\"a\").Append(3); return b.Length == 2 && b.ToString() == \"a3\" ? x.sin() : x;"), "sin" },
        { "dynamic", Net("dynamic d = l; Tensor y = d.forward(x); dynamic t = y; Tensor z = t.sin() + 1; z = t * z; long rows = t.shape[0]; return z.view(rows, -1);", "private readonly Linear l = Linear(4, 4);"), "linear sin full add mul reshape" },
        { "dynamic modules of a list", Net("foreach (dynamic m in l) x = m.call(x); return x;", "private readonly List<Module<Tensor, Tensor>> l = new() { Linear(4, 4), ReLU() };"), "linear relu" },
        { "goto and nested loops", Net("for (int i = 0; i < 3; i++) { for (int j = 0; j < 3; j++) { if (j > i) goto next; if (i == 2) break; x = x.sin(); } next: ; } return x;"), "sin sin sin" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void LiftsAlikeInDebugAndRelease(string form, string source, string expected) => Snippet.LiftsAlike(form, source, expected);

    [Fact]
    public void A_list_that_is_changed_while_it_is_enumerated_throws_as_the_original_does() =>
        Assert.Equal("DLAOT2014", Assert.Single(Lift(Net("var l = new List<int> { 1, 2 }; foreach (var i in l) l.Add(i); return x.sin();")).Diagnostics).Rule.Code);
}
