using System.Reflection;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Compiler.DropIn;

namespace DlAot.Compiler.Verification;

/// <summary>
/// Compares an original assembly with its drop-in on generated inputs, in this process: lifts the original again to know what was compiled
/// and for which inputs, constructs each module on both sides with the same weights, and calls both.
/// </summary>
public static class Verifier
{
    /// <param name="original">The assembly that was compiled.</param>
    /// <param name="dropIn">What was made of it.</param>
    /// <param name="references">Folders or files with what they reference.</param>
    /// <exception cref="CompilationException">One of them cannot be read, or a reference is missing.</exception>
    public static VerificationReport Verify(string original, string dropIn, IEnumerable<string> references) =>
        Verify(new CompileOptions { Input = original, References = [.. references] }, dropIn);

    /// <param name="options">What the drop-in was compiled with.</param>
    /// <param name="dropIn">What was made of <see cref="CompileOptions.Input"/>.</param>
    /// <inheritdoc cref="Verify(string, string, IEnumerable{string})"/>
    public static VerificationReport Verify(CompileOptions options, string dropIn)
    {
        if (!File.Exists(dropIn))
        {
            throw new CompilationException(Rules.NotFound, "", dropIn);
        }

        // All that could be compiled is compared: the drop-in may have been made with other rates, or with none asked.
        using Compilation compilation = Compilation.Open(options with { Benefit = BenefitChoice.Off });
        compilation.Plan();
        var context = new VerificationContext(options.Input, dropIn, options.References);
        TorchApi torch = TorchApi.Load(context, options.Input);
        var sides = new Sides(Load(context, options.Input), Load(context, dropIn));
        var counts = new CallCounts(context);
        using IDisposable noGrad = torch.NoGrad();
        return new VerificationReport([.. compilation.Methods.SelectMany(m => Of(m, compilation.Profile, sides, torch)).SelectMany(v => new MethodVerification(v.Target, v.Inputs, compilation.Profile, torch, counts).Run())]);
    }

    // What a profile recorded, each version, each version of each part, and what is left of a method around its parts.
    private static IEnumerable<(VerificationTarget Target, VerificationCases Inputs)> Of(CompiledMethod method, Profile profile, Sides sides, TorchApi torch)
    {
        var target = new VerificationTarget(method.Lifted.Method, IsPart: false, sides);
        Profile.Call[] recorded = [.. profile.Calls.Where(c => c.Method == target.Name && c.Arguments.Members.Select(m => m.Name).SequenceEqual(target.Method.Parameters.Select(p => p.Name))).OrderByDescending(c => c.Count)];
        if (recorded.Length > 0 && method.WithParts.Any(m => !m.Versions.IsEmpty))
        {
            yield return (target, new VerificationCases.OfProfile(recorded, target, torch));
        }

        foreach (CompiledVersion version in method.Versions)
        {
            yield return (target, new VerificationCases.OfVersion(version.Lifted, torch));
        }

        foreach (CompiledMethod part in method.Parts.Select(p => p.Method))
        {
            foreach (CompiledVersion version in part.Versions)
            {
                yield return (new VerificationTarget(part.Lifted.Method, IsPart: true, sides), new VerificationCases.OfVersion(version.Lifted, torch));
            }
        }

        if (!method.Parts.IsEmpty)
        {
            yield return (target, new VerificationCases.OfParts(method, torch));
        }
    }

    private static Assembly Load(VerificationContext context, string path)
    {
        try
        {
            return context.LoadApart(path);
        }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException)
        {
            throw new CompilationException(Diagnostic.Of(Rules.NotAnAssembly, Ir.SourceLocation.None, "", path, e.Message), e);
        }
    }
}
