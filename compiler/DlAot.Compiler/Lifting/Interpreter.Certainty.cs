using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>What places outside certainly hold, so that nothing needs to be checked there.</summary>
public sealed partial class Interpreter
{
    /// <summary>
    /// Only this assembly can have put an embedding there, and all that it makes are without max_norm. Whoever made the owner, a
    /// field that one statement alone stores holds what that statement made.
    /// </summary>
    public bool HasPlainEmbeddings(Access access) => fixedFields is { HasPlainEmbeddings: true } fields
        && (IsPrivate(access) || (access is Access.Field { IsDoubtful: false, Reference: var field } && IsHidden(field) && fields.IsStoredOnce(field)));

    private static bool IsHidden(FieldReference field) => field.Resolve() is { IsPrivate: true } or { IsAssembly: true } or { IsInitOnly: true };

    private static bool IsPrivate(Access access) => access switch
    {
        Access.Argument { Index: 0 } => true,
        Access.Field { IsDoubtful: false, Reference: var reference, Of: var owner } => IsHidden(reference) && IsPrivate(owner),
        Access.Element e => IsPrivate(e.Of),
        Access.Cast c => IsPrivate(c.Of),
        _ => false,
    };

    /// <summary>
    /// What the constructor put there is certainly there, so that facts that the object does not tell hold too: nothing else ever
    /// stores it, and no guess decided whether the constructor did.
    /// </summary>
    public bool IsCertain(Access access) => access switch
    {
        Access.Argument { Index: 0 } => true,
        Access.Field { IsDoubtful: false } f => (Shared.IsCertain ? fixedFields?.IsFixed(f.Reference) == true : f.IsSettled && fixedFields?.IsStoredOnce(f.Reference) == true) && IsCertain(f.Of),
        Access.Cast c => IsCertain(c.Of),
        _ => false,
    };
}
