using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using DlAot.Runtime;

namespace DlAot.Tests.DropIn;

/// <summary>
/// What a test does in a process of its own: environment variables are read once, and a process ends once. Started as
/// <c>DlAot.Tests runtime-probe SCENARIO ...</c>; the last line of standard output is the answer.
/// </summary>
internal static unsafe class RuntimeProbe
{
    public const string Command = "runtime-probe";

    /// <summary>In the child: runs a scenario.</summary>
    public static int Serve(string[] arguments)
    {
        switch (arguments)
        {
            case ["load", var anchor, .. var switches]:
                foreach (var name in switches)
                    AppContext.SetSwitch(name, true);
                using (var heard = new Listener())
                {
                    // This process has loaded an assembly of that name from elsewhere already.
                    var context = new AssemblyLoadContext("probe");
                    var type = context.LoadFromAssemblyPath(anchor).GetType(typeof(CompileAttribute).FullName!)!;
                    var library = CompiledLibrary.Load(type, type, "regions", RuntimeNative.BuildId, RuntimeNative.RegionCount);
                    Console.WriteLine($"{library.Enabled}|{library.Region(RuntimeNative.Add) != 0}|{string.Join("|", heard.Lines)}");
                }
                return 0;
            case ["drop-in", var path, var module, .. var switches]:
                foreach (var name in switches)
                    AppContext.SetSwitch(name, true);
                var dropIn = new AssemblyLoadContext("probe").LoadFromAssemblyPath(path);
                var net = (TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>)Activator.CreateInstance(dropIn.GetType(module)!)!;
                using (var result = net.forward(TorchSharp.torch.ones(2, 4)))
                {
                    var enabled = dropIn.GetType("<DlAot>Library")!.GetField("Enabled", System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!.GetValue(null);
                    Console.WriteLine(FormattableString.Invariant($"{enabled}|{Fallback.CompiledCalls}|{Fallback.OriginalCalls}|{result.sum().item<float>()}"));
                }
                return 0;
            case ["exit", var how]:
                var pool = WorkerPool.Shared.MaxThreads > 1 ? WorkerPool.Shared : new WorkerPool(1);
                RegionFrame frame = new() { ParallelFor = WorkerPool.ParallelFor, Pool = pool.Cookie, Threads = 2 };
                pool.Run(&frame, &Pause, 8, 1);
                if (how == "asleep")
                    Thread.Sleep(100);
                if (how == "working")
                {
                    // A loop that never ends, on threads that do not keep the process alive.
                    new Thread(() => RunForever(pool)) { IsBackground = true }.Start();
                    Thread.Sleep(100);
                }
                Console.WriteLine($"leaving {pool.StartedWorkers}");
                return 0;
            default:
                return 1;
        }
    }

    /// <summary>In the test: runs a scenario in a child and returns its standard output.</summary>
    public static string Run(IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        string[] command = ["exec", typeof(RuntimeProbe).Assembly.Location, Command, .. arguments];
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", command)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
        {
            process.Kill();
            Assert.Fail($"'{string.Join(' ', arguments)}' does not end");
        }
        Assert.True(process.ExitCode == 0, output.Result + errors.Result);
        Assert.Equal("", errors.Result);
        return output.Result.TrimEnd();
    }

    private static void RunForever(WorkerPool pool)
    {
        RegionFrame frame = new() { ParallelFor = WorkerPool.ParallelFor, Pool = pool.Cookie, Threads = 2 };
        pool.Run(&frame, &Stay, 2, 1);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Pause(RegionFrame* frame, long begin, long end) => Thread.Sleep(1);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Stay(RegionFrame* frame, long begin, long end) => Thread.Sleep(Timeout.Infinite);
}

/// <summary>Everything that the event source DlAot says while it lives, one line an event.</summary>
internal sealed class Listener : EventListener
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    protected override void OnEventSourceCreated(EventSource source)
    {
        if (source.Name == "DlAot")
            EnableEvents(source, EventLevel.Verbose);
    }

    protected override void OnEventWritten(EventWrittenEventArgs e)
    {
        lock (_lines)
            _lines.Add($"{e.EventName}: {string.Join(", ", e.Payload ?? new([]))}");
    }
}
