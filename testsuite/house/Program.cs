using DlAot.Tests.DropIn;

namespace DlAot.Tests;

/// <summary>The test assembly as a program: what a test starts to have a process of its own.</summary>
internal static class Program
{
    private static int Main(string[] arguments) => arguments switch
    {
        [RuntimeProbe.Command, .. var scenario] => RuntimeProbe.Serve(scenario),
        _ => 1,
    };
}
