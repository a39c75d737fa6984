using System.Runtime.Loader;
using DlAot.Compiler.Outlining;
using DlAot.Compiler.Reading;
using DlAot.Tests.Coverage;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Tests.Outlining;

/// <summary>The corpus with its methods cut up at arbitrary places, nothing compiled: it does what it did before, to the bit and the message.</summary>
[Collection(DlAot.Tests.Reference.LibTorchState.Name)]
public sealed class DivisionTests
{
    [Theory]
    [InlineData(0)] // nothing stays but what must
    [InlineData(3)]
    [InlineData(5)]
    public void DividedMethodsDoTheSame(int everySoManyCalls)
    {
        string folder = Directory.CreateTempSubdirectory("dlaot-divided-").FullName;
        try
        {
            string original = Path.Combine(AppContext.BaseDirectory, "Corpus.dll"), divided = Path.Combine(folder, "Corpus.dll");
            int parts = Divide(original, divided, everySoManyCalls);
            Assert.InRange(parts, 150, int.MaxValue);
            using var run = new CoverageRun(
                new AssemblyLoadContext("whole").LoadFromAssemblyPath(original), new AssemblyLoadContext("divided").LoadFromAssemblyPath(divided));
            Assert.Empty(run.Run(CorpusTable.Rows).Where(r => !r.Correct).Select(r => $"{r.Class}: {r.Reason}"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Divide(string from, string to, int every)
    {
        using AssemblyReader reader = AssemblyReader.Open(from, [AppContext.BaseDirectory]);
        int parts = 0;
        foreach (MethodDefinition method in reader.Assembly.MainModule.GetTypes().Where(t => !t.HasGenericParameters && !t.IsInterface).SelectMany(t => t.Methods).Where(m => m is { HasBody: true, IsConstructor: false, HasGenericParameters: false }).ToArray())
        {
            int calls = 0;
            parts += Division.Divide(reader.World, method, (i, _) => i.OpCode.FlowControl == FlowControl.Call && every > 0 && ++calls % every == 0);
        }

        reader.Assembly.Write(to, new WriterParameters { WriteSymbols = true });
        return parts;
    }
}
