using System.Diagnostics;
using Mono.Cecil;
using Mono.Cecil.Cil;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>What a call costs besides its kernels.</summary>
public sealed class DropInCostTests(ITestOutputHelper output)
{
    private const string Source = """
        namespace Cost;
        public class Ten : Module<Tensor, Tensor>
        {
            private readonly Parameter a = Made(), b = Made(), c = Made(), d = Made(), e = Made(), f = Made(), g = Made(), h = Made(), i = Made();
            public Ten() : base("Ten") { RegisterComponents(); }
            public override Tensor forward(Tensor x) => ((((x * a + b) * c + d) * e + f) * g + h) * i;
            private static Parameter Made() => Parameter(ones(4));
        }
        """;

    [Fact]
    public void TenTensorsAllocateNothingButTheResult()
    {
        using var application = DropInApplication.Of(Source, "Cost.Ten.forward=x: f32[N,4]");
        var net = (nn.Module<Tensor, Tensor>)application.Make("Cost.Ten").DropIn;
        net.eval();
        using var off = no_grad();
        using var x = rand(2, 4);
        using (application.Compiled("Cost.Ten.forward", () => net.forward(x)))
        {
        }

        void Call() => net.forward(x).Dispose();
        static void Allocate()
        {
            ReadOnlySpan<long> size = [2, 4];
            empty(size, float32, CPU).Dispose();
        }

        for (var i = 0; i < 300; i++)
        {
            Call();
            Allocate();
        }

        Thread.Sleep(200); // tiered compilation
        Assert.InRange(Bytes(Call), 1, Bytes(Allocate));
        AssertAllocatesNothing(application);
        output.WriteLine($"call with 10 tensors: {Nanoseconds(Call):f0} ns, of which allocating the result: {Nanoseconds(Allocate):f0} ns");
        Assert.True(application.IsEnabled);
    }

    // The JIT may take allocations away; none is asked for.
    private static void AssertAllocatesNothing(DropInApplication application)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(application.DropInPath);
        var compiled = assembly.MainModule.GetType("Cost.Ten").Methods.Single(m => m.Name == "<forward>__compiled0");
        Assert.DoesNotContain(compiled.Body.Instructions, i => i.OpCode.Code is Code.Newarr or Code.Box
            || i is { OpCode.Code: Code.Newobj, Operand: MethodReference { DeclaringType.IsValueType: false } });
    }

    private static long Bytes(Action action)
    {
        const int Calls = 1000;
        for (var i = 0; i < 50; i++)
            action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Calls; i++)
            action();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }

    // The least of some samples: what the code needs, not what else the machine does.
    private static double Nanoseconds(Action action)
    {
        const int Samples = 40, Calls = 500;
        var best = double.MaxValue;
        for (var sample = 0; sample < Samples; sample++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Calls; i++)
                action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Calls);
        }

        return best;
    }
}
