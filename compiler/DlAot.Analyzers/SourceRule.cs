using System;
using System.Collections.Generic;
using DlAot.Diagnostics;
using Microsoft.CodeAnalysis;

namespace DlAot.Analyzers;

/// <summary>A place that a rule is about, with the details of its message.</summary>
internal sealed class Finding(Location location, params object?[] details)
{
    public Location Location { get; } = location;

    public object?[] Details { get; } = details;

    public static Finding At(IOperation operation, params object?[] details) => new(operation.Syntax.GetLocation(), details);
}

/// <summary>How a rule of the table of diagnostics is seen on source.</summary>
/// <param name="rule">See <see cref="Rule"/>.</param>
/// <param name="looksAt">See <see cref="LooksAt"/>.</param>
/// <param name="find">See <see cref="Find"/>.</param>
internal sealed class SourceRule(DiagnosticRule rule, string looksAt, Func<TensorMethod, IEnumerable<Finding>> find)
{
    public DiagnosticRule Rule { get; } = rule;

    /// <summary>In words, for reports.</summary>
    public string LooksAt { get; } = looksAt;

    public Func<TensorMethod, IEnumerable<Finding>> Find { get; } = find;
}
