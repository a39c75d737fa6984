using DlAot.Tests.Coverage;
using DlAot.Tests.DropIn;
using DlAot.Tests.Fuzz;
using DlAot.Tests.RuleFixtures;

namespace DlAot.Tests.House;

/// <summary>The test assembly is also the program that tests start when they need a process of their own.</summary>
internal static class Program
{
    private static int Main(string[] arguments) => arguments switch
    {
        [RuntimeProbe.Command, .. var scenario] => RuntimeProbe.Serve(scenario),
        [FuzzProgram.Command, ..] => FuzzProgram.Serve(arguments),
        [DefectiveTool.Command, var defect, .. var command] => DefectiveTool.Serve(defect, command),
        [AnalyzerTime.Command] => AnalyzerTime.Serve(),
        [CoverageTable.Command] => CoverageTable.Serve(),
        _ => 1,
    };
}
