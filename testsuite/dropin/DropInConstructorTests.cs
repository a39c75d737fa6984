using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>Constructors of which only a part can be followed, or whose arguments nobody tells: what follows from guesses is checked.</summary>
public sealed class DropInConstructorTests(DropInConstructorTests.Nets nets) : IClassFixture<DropInConstructorTests.Nets>
{
    private const string Source = """
        using System.Linq;
        public class Offsets : Module<Tensor, Tensor>
        {
            private readonly Linear l = Linear(4, 4);
            private readonly Parameter bias;
            private readonly Tensor index;
            private readonly int most;
            public Offsets(int side = 12) : base("o")
            {
                var points = new List<(int, int)>();
                for (int i = 0; i < side; i++) for (int j = 0; j < side; j++) points.Add((i, j));
                var offsets = new Dictionary<(int, int), long>();
                var indices = new List<long>();
                foreach (var p in points)
                    foreach (var q in points)
                    {
                        var offset = (Math.Abs(p.Item1 - q.Item1), Math.Abs(p.Item2 - q.Item2));
                        if (!offsets.ContainsKey(offset)) offsets[offset] = offsets.Count;
                        indices.Add(offsets[offset]);
                        most = Math.Max(most, offset.Item1);
                    }

                bias = Parameter(randn(2, offsets.Count));
                index = torch.tensor(indices.ToArray()).view(points.Count, points.Count);
                register_buffer("index", index);
                RegisterComponents();
            }

            public override Tensor forward(Tensor x) => l.call(x).matmul(x.transpose(-2, -1)) * most + bias[TensorIndex.Colon, TensorIndex.Tensor(index)];
        }

        public class Stack : Module<Tensor, Tensor>
        {
            private readonly ModuleList<Linear> all = new();
            public Stack() : base("s")
            {
                for (int i = 0; i < 60; i++) { var l = Linear(4, 4); for (int k = 0; k < 40; k++) l.in_features = 4; all.Add(l); }
                RegisterComponents();
            }

            public override Tensor forward(Tensor x) { foreach (var l in all) x = l.call(x); return x; }
        }

        public class Table : Module<Tensor, Tensor>
        {
            private readonly Linear first = Linear(4, 4), last;
            private readonly int[] cores;
            public Table() : base("t")
            {
                cores = new int[Environment.ProcessorCount];
                last = Linear(4, 2);
                RegisterComponents();
            }

            public override Tensor forward(Tensor x) => last.call(first.call(x).relu()) + cores.Length;
        }

        public class Query : Module<Tensor, Tensor>
        {
            private readonly Sequential s;
            public Query(int n) : base("q") { s = Sequential(Enumerable.Range(0, n).Select(i => ($"l{i}", (Module<Tensor, Tensor>)Linear(4, 4)))); RegisterComponents(); }
            public override Tensor forward(Tensor x) => s.call(x).relu();
        }

        public class Levels : Module<Tensor, Tensor>
        {
            private readonly ModuleList<Linear> ls = new();
            public Levels(int[] widths, IReadOnlyList<(int Width, bool Act)> more) : base("w")
            {
                if (widths.Length != 4) throw new ArgumentException("four");
                foreach (int w in widths) ls.Add(Linear(4, w));
                foreach (var (w, act) in more) if (!act) ls.Add(Linear(4, w));
                RegisterComponents();
            }

            public override Tensor forward(Tensor x) => cat(new[] { ls[0].call(x), ls[1].call(x), ls[2].call(x), ls[3].call(x) }, 1).relu();
        }

        public class Sizes : Module<Tensor, Tensor>
        {
            private readonly Linear l;
            public Sizes(int[]? sizes = null) : base("z") { l = Linear(4, 4 * (sizes!.Length + 1)); RegisterComponents(); }
            public override Tensor forward(Tensor x) => l.call(x).relu();
        }

        public class Inner : Module<Tensor, Tensor>
        {
            private readonly Linear l = Linear(4, 4);
            public Inner() : base("i") { RegisterComponents(); }
            public override Tensor forward(Tensor x) => l.call(x).tanh();
        }

        public class Moved : Module<Tensor, Tensor>
        {
            private readonly Inner inner;
            private readonly Linear l;
            public Moved() : base("m") { inner = new Inner().to(CPU); l = Linear(4, 4).to(ScalarType.Float64); RegisterComponents(); }
            public override Tensor forward(Tensor x) => l.call(inner.call(x).to(ScalarType.Float64));
        }

        public class Wide : Module<Tensor, Tensor, Tensor>
        {
            private readonly Linear l = Linear(4, 4, dtype: ScalarType.Float64);
            public Wide() : base("d") { RegisterComponents(); }
            public override Tensor forward(Tensor x, Tensor y) => l.call(x).matmul(y) + 1;
        }
        """;

    public sealed class Nets : IDisposable
    {
        internal DropInApplication Application { get; } = DropInApplication.Of(Source);

        public void Dispose() => Application.Dispose();
    }

    public static TheoryData<string, object[]> Made => new()
    {
        { "Stack", [] }, { "Table", [] }, { "Query", [2] }, { "Levels", [new[] { 64, 64, 64, 64 }, new[] { (64, false), (64, false), (64, false), (64, false) }] }, { "Sizes", [new[] { 3, 3 }] }, { "Moved", [] },
    };

    [Theory]
    [MemberData(nameof(Made))]
    public void WhatCanBeFollowedIsCompiled(string name, object[] arguments)
    {
        using var off = no_grad();
        var (original, dropIn) = nets.Application.Make(name, arguments);
        Tensor x = randn(3, 4);
        Assert.True(allclose((Tensor)original.forward(x), nets.Application.Compiled<Tensor>($"{name}.forward", () => (Tensor)dropIn.forward(x)), rtol: 1e-4, atol: 1e-5));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(9)]
    public void TablesThatLongLoopsMakeAreReadWhenItRuns(int side)
    {
        using var off = no_grad();
        var (original, dropIn) = nets.Application.Make("Offsets", side);
        Tensor x = randn(2, side * side, 4);
        Assert.True(allclose((Tensor)original.forward(x), nets.Application.Compiled<Tensor>("Offsets.forward", () => (Tensor)dropIn.forward(x)), rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void ArgumentsAreOfTheDtypeOfWhatTheyAreMultipliedWith()
    {
        using var off = no_grad();
        var (original, dropIn) = nets.Application.Make("Wide");
        Tensor x = randn(3, 4, ScalarType.Float64), y = randn(4, 5, ScalarType.Float64);
        Assert.True(allclose((Tensor)original.forward(x, y), nets.Application.Compiled<Tensor>("Wide.forward", () => (Tensor)dropIn.forward(x, y))));
    }
}
