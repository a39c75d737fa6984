using System;

namespace DlAot;

/// <summary>
/// Keeps a method, every method of a type, or a whole assembly exactly as it was written: never compiled, and never
/// inlined into a compiled caller, which calls it instead.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class | AttributeTargets.Assembly, Inherited = false)]
public sealed class EagerAttribute : Attribute
{
}
