using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace DlAot.Diagnostics;

/// <summary>The diagnostics table: one field, one row; a file for each thousand of codes.</summary>
public static partial class Rules
{
    /// <summary>All rows, by code.</summary>
    public static IEnumerable<DiagnosticRule> Rows => typeof(Rules)
        .GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => f.GetValue(null)).OfType<DiagnosticRule>().OrderBy(r => r.Code, StringComparer.Ordinal);

    private static DiagnosticRule Error(string code, string title, string message, string advice) => new(code, Severity.Error, title, message, advice, "", Outside);

    private static DiagnosticRule Warning(string code, string title, string message, string advice, string condition = "", string? beyondSource = null) => new(code, Severity.Warning, title, message, advice, condition, beyondSource);

    private static DiagnosticRule Info(string code, string title, string message, string advice, string condition = "", string? beyondSource = null) => new(code, Severity.Info, title, message, advice, condition, beyondSource);
}
