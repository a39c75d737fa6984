using System.Reflection;
using DlAot.Compiler.Lifting;
using Mono.Cecil;

namespace DlAot.Compiler.Verification;

/// <summary>The two methods that are compared.</summary>
/// <param name="Method">The candidate, or a part of one.</param>
/// <param name="IsPart">It is in the drop-in only: its own original code, which stands beside it there, is what it must do.</param>
internal sealed record VerificationTarget(MethodDefinition Method, bool IsPart, Sides Sides)
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public string Name => LiftedMethod.NameOf(Method);

    public bool IsStatic => Method.IsStatic;

    /// <summary>How reflection writes the class.</summary>
    public string TypeName => LiveAccess.ReflectionName(Method.DeclaringType);

    /// <summary>The assembly whose code is taken to be right.</summary>
    public Assembly Reference => IsPart ? Sides.DropIn : Sides.Original;

    /// <summary>What must be done; null when the assembly has no such method.</summary>
    public MethodInfo? Expected => Find(Reference, IsPart ? $"<{Method.Name}>__original" : Method.Name);

    /// <summary>What is done; null when the assembly has no such method.</summary>
    public MethodInfo? Actual => Find(Sides.DropIn, Method.Name);

    // The same name and parameters, in the same class.
    private MethodInfo? Find(Assembly assembly, string name) => assembly.GetType(TypeName)?.GetMethods(Own)
        .FirstOrDefault(m => m.Name == name && m.GetParameters().Select(p => p.ParameterType.Name).SequenceEqual(Method.Parameters.Select(p => p.ParameterType.Name)));
}

/// <summary>Arguments of a comparison.</summary>
/// <param name="Inputs">In words, e.g. <c>x: f32[2,784]</c>.</param>
/// <param name="Make">Makes them anew for either side; the same seed makes the same values.</param>
internal sealed record VerificationCase(string Inputs, Func<MethodInfo, int, object?[]> Make);

/// <summary>The two assemblies as loaded.</summary>
internal sealed record Sides(Assembly Original, Assembly DropIn);
