namespace DlAot.Diagnostics;

/// <summary>Why code is not compiled, or not as a whole.</summary>
public static partial class Rules
{
    public static readonly DiagnosticRule UnknownCall = Warning("DLAOT2001", "Call that cannot be lifted", "the call to {0} is not known to the compiler", "The method stays eager; move the call out of the method, or report it if it is a TorchSharp operation.", condition: "eager-only calls; arguments legal eagerly only");

    public static readonly DiagnosticRule UndeterminableTarget = Warning("DLAOT2002", "Undeterminable target", "the target of the call to {0} is not known: {1}", "Give the field a concrete type, or construct it in the constructor with known arguments.", condition: "undeterminable target");

    public static readonly DiagnosticRule UnsupportedInstruction = Warning("DLAOT2003", "IL that cannot be lifted", "the instruction {0} is not supported", "The method stays eager; write it without pointers and references.");

    public static readonly DiagnosticRule SideEffect = Warning("DLAOT2004", "Side effect", "it writes {0}, which others can see", "Return the value instead of storing it, or keep the method eager.", condition: "side effects");

    public static readonly DiagnosticRule InputOutput = Warning("DLAOT2005", "Input or output", "it calls {0}", "Move logging into a forward hook.", condition: "side effects: ordered output");

    public static readonly DiagnosticRule HostRead = Warning("DLAOT2006", "Tensor value read on the host", "{0} reads a tensor's value on the host", "Express the decision with torch.where, or keep it outside of the method.", condition: "eager-only calls; host math over tensor data");

    public static readonly DiagnosticRule Recursion = Warning("DLAOT2008", "Recursion", "{0} calls itself", "Write it as a loop.", condition: "recursion");

    public static readonly DiagnosticRule UnknownType = Warning("DLAOT2010", "Unknown tensor type", "the type or rank of {0} is not known: {1}", "Give the method a signature, or construct the value in the constructor.", condition: "tensor type unknown");

    public static readonly DiagnosticRule UnknownBranch = Warning("DLAOT2011", "Undecidable branch", "the condition depends on {0}, which is not known at compile time", "Make it a constructor argument with a constant, or a readonly field.", condition: "statically read axes; tensor iteration; primitive parameters in branches");

    public static readonly DiagnosticRule UnboundedLoop = Warning("DLAOT2012", "Loop too long", "the loop runs more than {0} instructions", "Loops are unrolled; bound the trip count by a constant.", condition: "tensor iteration");

    public static readonly DiagnosticRule ShapeMismatch = Warning("DLAOT2013", "Shapes do not fit", "{0}", "If the code runs eagerly with your shapes, give the method a signature.", condition: "conflicting dtypes and sizes");

    public static readonly DiagnosticRule AlwaysThrows = Warning("DLAOT2014", "Always throws", "every path that was followed ends in an exception: {0}", "Give the method a signature that it accepts.");

    public static readonly DiagnosticRule InPlaceOnShared = Warning("DLAOT2015", "In-place write to a shared tensor", "{0} writes in place to a tensor that others can see", "Use the out-of-place form.", condition: "side effects: in-place writes");

    public static readonly DiagnosticRule DisposedResult = Warning("DLAOT2016", "Disposed tensor", "{0} uses a tensor that its dispose scope has freed", "Call MoveToOuterDisposeScope() on what is returned.");

    public static readonly DiagnosticRule UnsupportedSignature = Warning("DLAOT2017", "Signature not supported", "{0}", "The method stays eager.");

    public static readonly DiagnosticRule RandomNumbers = Warning("DLAOT2018", "Random numbers", "{0} draws random numbers", "The method stays eager so that the random stream is the same.", condition: "side effects: the random stream");

    public static readonly DiagnosticRule StubNotWritten = Warning("DLAOT2019", "Stub not written", "{0} has no counterpart in a drop-in: {1}", "The method stays eager.", beyondSource: "Only writing the drop-in shows it.");

    public static readonly DiagnosticRule MissingMember = Warning("DLAOT2020", "TorchSharp member missing", "the TorchSharp that it references has no {0}", "The method stays eager; update TorchSharp, or report it.", beyondSource: "It depends on the TorchSharp that the assembly is compiled against.");

    public static readonly DiagnosticRule UncertainLayout = Warning("DLAOT2021", "Uncertain layout", "{0} needs a tensor whose elements lie as the new shape wants them, and that is not certain here", "Use reshape, or call contiguous() first.");

    public static readonly DiagnosticRule TooManyKernels = Warning("DLAOT2023", "Too many kernels", "it becomes {0} kernels, and native code is made of at most {1} in a method", "Split it into modules that are called one after the other, or shorten its loops.", beyondSource: "Only planning the kernels shows how many there are.");

    public static readonly DiagnosticRule EagerCall = Warning("DLAOT2030", "Call that is to stay eager", "it calls {0}, and [Eager] on {1} keeps that as it is", "The call stays; take the attribute away to have it compiled with the method.");

    public static readonly DiagnosticRule AlreadyGraph = Warning("DLAOT2031", "Already a graph", "{0} runs a program that was compiled before", "Nothing to do: it stays as it is, and what lies before and after it is compiled.", condition: "already a graph; foreign tensors");

    public static readonly DiagnosticRule MetaTensor = Warning("DLAOT2032", "Tensor without storage", "{0} makes a tensor on the meta device, which has no elements", "Keep shape computations on meta tensors out of the method.", condition: "symbolic tensors");

    public static readonly DiagnosticRule StaleSequence = Warning("DLAOT2033", "Sequence made earlier", "what {0} enumerates was asked for before the method ran, and may have changed since", "Ask for it in the method, or keep a list of what it gave.", condition: "stale reads");

    public static readonly DiagnosticRule SignatureDisagrees = Warning("DLAOT2101", "Signature and code disagree", "its signature {0} and what the code takes, {1}, each admit calls that the other does not", "Write the signature that the code shows, or leave it out.", condition: "signature disagrees", beyondSource: "The signature is compared with what all of the assembly shows.");

    public static readonly DiagnosticRule VisibleWrite = Info("DLAOT2040", "Visible write", "it writes {0}{1}{2}", "Nothing to do where it is compiled: the write is replayed at the end of the call.", condition: "side effects: replayed", beyondSource: "It names readers in other methods.");

    public static readonly DiagnosticRule InternalLifting = Warning("DLAOT2099", "Internal error while lifting", "DlAot failed on it: {0}", "The method stays eager. This is a bug in DlAot; please report it with the assembly.", beyondSource: "It is a bug in the compiler.");
}
