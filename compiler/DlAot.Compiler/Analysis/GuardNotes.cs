using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.DropIn;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;

namespace DlAot.Compiler.Analysis;

/// <summary>What a method is compiled for, where other objects and values could come: one finding for each place that is checked on every call.</summary>
internal static class GuardNotes
{
    public static ImmutableArray<Diagnostic> Of(CompiledMethod method, World world)
    {
        Guard[] guards = [.. method.WithParts.SelectMany(m => m.Versions).SelectMany(v => v.Lifted.Guards).Where(g => !g.Proved)];
        return
        [
            .. Each(Rules.TypeChecked, guards.OfType<Guard.ExactType>().Where(g => world.Resolve(g.Type) is { IsSealed: false, IsValueType: false } type && world.IsUsers(type.Module))),
            .. Each(Rules.ValueChecked, guards.OfType<Guard.Equal>()),
        ];

        IEnumerable<Diagnostic> Each(DiagnosticRule rule, IEnumerable<Guard> found) => found.GroupBy(g => g.Subject.Key, StringComparer.Ordinal)
            .Select(g => Diagnostic.Of(rule, g.First().Location, method.Lifted.Name, string.Join(" or ", g.Select(x => x.ToString()).Distinct())));
    }
}
