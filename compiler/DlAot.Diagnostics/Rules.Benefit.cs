namespace DlAot.Diagnostics;

/// <summary>Why code is left as it is although it could be compiled.</summary>
public static partial class Rules
{
    public static readonly DiagnosticRule NoTensorComputation = Info("DLAOT3001", "No tensor computation", "it computes nothing on tensors", "Nothing to do.", condition: "no tensor computation");

    public static readonly DiagnosticRule KeptEager = Info("DLAOT3002", "Kept eager", "[Eager] on {0} keeps it as it is", "Nothing to do.");

    public static readonly DiagnosticRule Training = Info("DLAOT3003", "Computes gradients", "it calls {0}, and what gradients are computed for stays as it is", "Nothing to do; what runs under no_grad() can be a method of its own.", condition: "training");

    public static readonly DiagnosticRule NoTensorReaches = Info("DLAOT3005", "No tensor reaches it", "it is marked [Compile], and no tensor reaches it", "Take [Compile] away.", condition: "no tensor reaches the method");

    public static readonly DiagnosticRule SignatureAgrees = Info("DLAOT3101", "Signature agrees", "its signature {0} is what the code shows", "Nothing to do; the signature may also be left out.", condition: "signature agrees", beyondSource: "The signature is compared with what all of the assembly shows.");

    public static readonly DiagnosticRule SignatureTighter = Info("DLAOT3102", "Signature tighter than the code", "its signature {0} admits fewer calls than the code, which takes {1}: the others run the original code", "Keep it if no other calls come; else write a name or ? for sizes that differ.", condition: "signature tighter", beyondSource: "The signature is compared with what all of the assembly shows.");

    public static readonly DiagnosticRule SignatureBroader = Info("DLAOT3103", "Signature broader than the code", "its signature {0} admits more calls than the code, which takes {1}: those run the original code, which refuses them or does something else", "Write the signature that the code shows.", condition: "signature broader", beyondSource: "The signature is compared with what all of the assembly shows.");

    public static readonly DiagnosticRule VersionsLeftOut = Info("DLAOT3105", "Versions left out", "{0} versions lift, and at most {1} are made: calls that need another run the original code", "Set MaxVersions higher, or give the method a signature.", condition: "primitive parameters: more versions than the cap", beyondSource: "Only lifting shows how many versions there are.");

    public static readonly DiagnosticRule SizesUnknown = Info("DLAOT3106", "No sizes known", "Dynamic = false asks for versions for certain sizes, and neither a signature with numbers nor a call nor a profile tells any", "Write the sizes in Signature or [Shape], record a profile, or leave Dynamic out.", condition: "statically read axes", beyondSource: "Calls anywhere in the assembly and profiles tell sizes.");

    public static readonly DiagnosticRule CompiledElsewhere = Info("DLAOT3004", "Compiled where it is called", "nearly all that it computes is in methods that are compiled themselves", "Nothing to do.", condition: "covered callers", beyondSource: "It depends on what becomes of the methods that are called.");

    public static readonly DiagnosticRule CompiledWhole = Info("DLAOT3010", "Compiled", "it becomes one graph of {0} kernels, in {1} versions", "Nothing to do.", beyondSource: "It is a verdict.");

    public static readonly DiagnosticRule CompiledInParts = Info("DLAOT3011", "Compiled in parts", "{0} ranges of it, or modules that it calls, are compiled", "See what else is said of it: what stands between them.", beyondSource: "It is a verdict.");

    public static readonly DiagnosticRule CompileCannotHelp = Warning("DLAOT3012", "[Compile] without effect", "it is marked [Compile] and cannot be compiled: {0}", "Take the attribute away, or mend what is said of the method.", condition: "no tensor computation: undo", beyondSource: "It is a verdict; the editor shows the reasons, as warnings.");

    public static readonly DiagnosticRule CompiledWithCallers = Info("DLAOT3013", "Compiled with its callers", "it is compiled as a part of {0}, and has no entry of its own", "Nothing to do; make it public for an entry of its own.", condition: "covered callers", beyondSource: "It depends on what becomes of its callers.");

    public static readonly DiagnosticRule TypeChecked = Info("DLAOT3014", "Type checked on every call", "it is compiled for {0}; objects of other classes run the original code", "Nothing to do; a sealed class needs no check.", condition: "not sealed or overridable", beyondSource: "Only lifting shows which types are checked.");

    public static readonly DiagnosticRule ValueChecked = Info("DLAOT3015", "Value checked on every call", "it is compiled for {0}; other values run the original code", "Nothing to do; a constant or readonly field needs no check.", condition: "primitive parameters: specialised", beyondSource: "Only lifting shows which values are fixed.");

    public static readonly DiagnosticRule NoGain = Info("DLAOT3201", "No gain", "compiled it would take about {0} us and eagerly {1} us ({2})", "Nothing to do; --benefit off compiles it all the same, [Compile] on the method this one only.", condition: "no gain", beyondSource: "It rests on measured costs.");

    public static readonly DiagnosticRule CompiledAtALoss = Warning("DLAOT3202", "Compiled at a loss", "[Compile] asks for it, but compiled it takes about {0} us and eagerly {1} us ({2})", "Take [Compile] away from the method.", condition: "no gain: undo", beyondSource: "It rests on measured costs.");
}
