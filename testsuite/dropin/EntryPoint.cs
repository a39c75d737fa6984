namespace DlAot.Tests.DropIn;

/// <summary>The test assembly is also the program that tests start when they need a process of their own.</summary>
internal static class EntryPoint
{
    private static int Main(string[] arguments) =>
        arguments is [RuntimeProbe.Command, .. var rest] ? RuntimeProbe.Serve(rest) : 1;
}
