using DlAot.Ir;
using DlAot.Passes.Rewriting;

namespace DlAot.Passes.Simplification;

/// <summary>
/// One rewrite: a simpler value for a node, or null. Rules are directional and never make anything worse; those on floats hold for
/// NaN, infinities and both zeros.
/// </summary>
internal delegate Value? Rule(Node node, GraphEditor editor);
